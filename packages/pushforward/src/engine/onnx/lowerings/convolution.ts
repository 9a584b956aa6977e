import { EngineError } from "../../../core/errors.ts";
import type { Builder, Tensor } from "../builder.ts";
import { entries } from "../graph.ts";
import { type Lowering, type LoweringTable, resultType } from "../lowering.ts";
import { type Convolution, type ConvolutionAxis, convolutionOf } from "./convolution-geometry.ts";
import { convolutionOperator } from "./convolution-operator.ts";
import { productOfPatches, productPerChannel, productPerOutput } from "./convolution-products.ts";

const convolve: Lowering = (builder, inputs, node) => {
  const type = resultType(node);
  const [input, kernel] = inputs.map((x) => builder.cast(x, type === "bool" ? "int32" : type));
  const convolution = convolutionOf([input, kernel], node);
  checkGrowth(builder, convolution.axes);
  const result = withBias(builder, methodFor(builder, convolution), convolution, inputs[2]);
  if (node.outputs[0].dtype !== "uint32") return builder.cast(result, type);
  const mask = builder.scalar(2 ** 32 - 1, "int64");
  return builder.op("BitwiseAnd", [result, mask], result.shape, "int64");
};

/** The convolution, and one number added to each feature map where there is such a bias. */
function withBias(
  builder: Builder,
  method: Method,
  convolution: Convolution,
  bias: Tensor | undefined,
): Tensor {
  if (!bias) return method(builder, convolution);
  if (method === convolutionOperator) {
    return convolutionOperator(builder, convolution, builder.reshape(bias, [bias.shape[0]]));
  }
  const sum = method(builder, convolution);
  return builder.op("Add", [sum, bias], sum.shape, sum.type);
}

/** Space may grow with the rows only where the parameters do not, and where the result shows it. */
function checkGrowth(builder: Builder, axes: readonly ConvolutionAxis[]): void {
  for (const { input, kernel, output, before, after } of axes) {
    const [inputGrows, kernelGrows] = [input, kernel].map(builder.isSymbolic);
    if (!inputGrows && !kernelGrows) continue;
    const paddingGrows = Math.max(Math.abs(before), Math.abs(after)) > builder.batch / 2;
    const hidden = inputGrows && !kernelGrows && !builder.isSymbolic(output);
    if (paddingGrows || hidden) throw fitsOneNumber();
  }
}

function fitsOneNumber(): EngineError {
  return new EngineError(
    "onnx: `conv` runs along the rows in a way that fits one number of rows only. Keep their " +
      'number, with stride 1 and padding "SAME", or convolve along another axis.',
  );
}

type Method = (builder: Builder, convolution: Convolution) => Tensor;

/** From so many entries of space on, products row by row of a batch are large enough. */
const WIDE = 64;

/** More products than this take longer than a convolution with a large kernel. */
const MOST_PRODUCTS = 128;

/** ONNX Runtime's operators know space of one to three dimensions. */
const MOST_AXES = 3;

function methodFor(builder: Builder, { input, kernel, axes, lead }: Convolution): Method {
  const outputs = entries(axes.map((axis) => axis.output));
  const kernelEntries = entries(axes.map((axis) => axis.kernel));
  if (outputs === 1 || (outputs < kernelEntries && outputs <= MOST_PRODUCTS)) {
    const isGradient = lead.length === 0 && axes.length === 2 && builder.isSymbolic(input.shape[1]);
    const isPlain = axes.every(({ stride, inputStep, kernelStep }) => {
      return stride === 1 && inputStep === 1 && kernelStep === 1;
    });
    const isWide = kernelEntries >= WIDE;
    return isGradient && isPlain && isWide && input.type === "float32"
      ? productPerChannel
      : productPerOutput;
  }
  const shared = entries(kernel.shape.slice(0, lead.length)) === 1;
  const groups = shared || !lead.some(builder.isSymbolic);
  const fits = input.type === "float32" && axes.length <= MOST_AXES;
  if (fits && groups) return convolutionOperator;
  if (axes.some((axis) => builder.isSymbolic(axis.kernel))) throw fitsOneNumber();
  return productOfPatches;
}

export const convolutions: LoweringTable = { conv: convolve };
