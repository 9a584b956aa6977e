import { fixedAffine } from "./bijectors/fixed-affine.ts";
import type { Column } from "./core/column.ts";
import { ShapeError } from "./core/errors.ts";
import { asDoubles, type Rows } from "./core/rows.ts";
import { showShape } from "./core/shape.ts";
import { mixture } from "./distributions/mixture.ts";
import { normal } from "./distributions/normal.ts";
import { transformed } from "./distributions/transformed.ts";
import { np, startEngine } from "./engine/index.ts";
import { columnMoments, gaussianMle } from "./evaluation/gaussian.ts";
import { selectGaussianMixture } from "./evaluation/select-gaussian-mixture.ts";
import { Model } from "./model/model.ts";
import { invertLower } from "./numerics/cholesky.ts";
import { hostRandom } from "./numerics/host-random.ts";
import { streams } from "./numerics/streams.ts";
import { type Dataset, readDataset } from "./training/dataset.ts";
import { dequantize } from "./training/dequantization.ts";
import { type FitOptions, resolveOptions } from "./training/options.ts";

/**
 * The options of a baseline mean what they mean for `fit`: equal ones give the same split. Of
 * progress it reports notices only.
 */
export type BaselineOptions = Pick<
  FitOptions,
  "columns" | "table" | "dequantize" | "seed" | "validation" | "engine" | "onProgress"
>;

/**
 * The density every flow has to beat: a normal distribution with full covariance, in closed form,
 * `mu = mean(x)`, `Sigma = mean((x - mu)(x - mu)^T)` over the training rows.
 *
 * @throws (rejects with) the errors of `fit` for data that no density can be fitted to.
 */
export async function fitGaussian(rows: Rows, options: BaselineOptions = {}): Promise<Model> {
  const { train, columns, features, engine } = await readVectors(rows, options);
  const { mean, cholesky } = gaussianMle(train.data, train.count, features);
  const units = columnMoments(train.data, train.count, features);
  return new Model({
    flow: transformed({
      base: normal({ shape: [features], covariance: "full" }),
      bijector: standardisation(units),
      name: "gaussian",
    }),
    params: { base: whitened([{ mean, cholesky }], units)[0] as never, bijector: {} },
    columns,
    table: options.table,
    engine,
  });
}

/**
 * A mixture of normal distributions with full covariances, fitted by expectation-maximisation; the
 * number of components is the one most likely on the validation rows.
 *
 * @param options.maxComponents largest number tried; default 10.
 * @throws (rejects with) the errors of `fit` for data that no density can be fitted to.
 */
export async function fitGaussianMixture(
  rows: Rows,
  { maxComponents, ...options }: BaselineOptions & { maxComponents?: number | undefined } = {},
): Promise<Model> {
  const { train, validation, columns, features, engine } = await readVectors(rows, options);
  const { seed = 0 } = options;
  const { fit } = selectGaussianMixture(
    train.data,
    train.count,
    validation.data,
    validation.count,
    features,
    { seed, maxComponents },
  );
  const { components, weights, means, choleskys } = fit;
  const units = columnMoments(train.data, train.count, features);
  const parts = Array.from({ length: components }, (_, k) => ({
    mean: means.subarray(k * features, (k + 1) * features),
    cholesky: choleskys.subarray(k * features ** 2, (k + 1) * features ** 2),
  }));
  const normals = whitened(parts, units);
  const stack = (name: "mean" | "whitening" | "logDiagonal") =>
    np.stack(
      normals.map((one) => one[name]),
      0,
    );
  return new Model({
    flow: transformed({
      base: mixture({ shape: [features], components }),
      bijector: standardisation(units),
      name: `gaussian mixture (k = ${components})`,
    }),
    params: {
      base: {
        logits: np.array(Float32Array.from(weights, Math.log)),
        mean: stack("mean"),
        whitening: stack("whitening"),
        logDiagonal: stack("logDiagonal"),
      },
      bijector: {},
    },
    columns,
    table: options.table,
    engine,
  });
}

type Units = ReturnType<typeof columnMoments>;

const standardisation = ({ mean, scale }: Units) =>
  fixedAffine({ shift: Array.from(mean), scale: Array.from(scale) });

async function readVectors(rows: Rows, options: BaselineOptions) {
  const features = countFeatures(rows);
  const resolved = resolveOptions(options);
  const shape = { shape: [features], condShape: null };
  const dataset: Dataset = readDataset(shape, rows, resolved);
  const { onProgress } = resolved;
  const engine = await startEngine(
    resolved.engine,
    onProgress && ((message) => onProgress({ type: "notice", message })),
  );
  const { columns, train, validation } = dataset;
  const spread = dequantize(train.rows, columns, hostRandom(resolved.seed, streams.baselineNoise));
  return {
    columns: columns as readonly Column[],
    features,
    train: { ...spread, data: asDoubles(spread) },
    validation: { ...validation.rows, data: asDoubles(validation.rows) },
    engine,
  };
}

/** How many numbers a row has; whatever are no rows is refused, in the words of `fit`, when read. */
function countFeatures(rows: Rows): number {
  if (typeof rows !== "object" || rows === null) return 1;
  if (!("data" in rows)) {
    const first: unknown = rows[0];
    return typeof first === "object" ? (first as ArrayLike<number> | null)?.length || 1 : 1;
  }
  const [, features = 1, ...more] = Array.isArray(rows.shape) ? (rows.shape as number[]) : [];
  if (more.length === 0) return features;
  throw new ShapeError(
    `fit: got data of shape ${showShape(rows.shape)}, expected [rows, columns]: a baseline is a ` +
      "density of vectors. Flatten the events first.",
  );
}

/** Normals in data units as parameters of {@link normal} in standardised units. */
function whitened(
  parts: readonly { mean: Float64Array; cholesky: Float64Array }[],
  { mean: shift, scale }: Units,
) {
  const size = shift.length;
  return parts.map(({ mean, cholesky }) => {
    const factor = cholesky.map((value, i) => value / (scale[Math.floor(i / size)] as number));
    const matrix = invertLower(factor, size);
    const diagonal = Float64Array.from(
      { length: size },
      (_, i) => matrix[i * (size + 1)] as number,
    );
    return {
      mean: np.array(Float32Array.from(mean, (value, i) => (value - shift[i]) / scale[i])),
      whitening: np.array(
        Float32Array.from(matrix, (value, i) => (i % (size + 1) === 0 ? 0 : value)),
        { shape: [size, size] },
      ),
      logDiagonal: np.array(Float32Array.from(diagonal, Math.log)),
    };
  });
}
