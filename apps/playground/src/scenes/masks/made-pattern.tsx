import { PatternMatrix } from "./pattern-matrix.tsx";
import { dependence, type Place } from "./reach.ts";
import { type MadeStructure, symbolOf } from "./structure.ts";
import { describeOrder, describePattern } from "./wording.ts";

/** Which output depends on which input, in the order of the dimensions. */
export function MadePattern({
  structure,
  chosen,
}: {
  readonly structure: MadeStructure;
  readonly chosen: Place | null;
}) {
  const { connections, columns, order } = structure;
  const last = columns.length - 1;
  const whole = dependence(connections, 0, last);
  const pattern = order.map((row) => order.map((column) => whole[row]?.[column] === true));
  const symbols = order.map((dimension) => symbolOf("x", dimension));
  const marked = !chosen
    ? {}
    : chosen.column === 0
      ? { column: order.indexOf(chosen.unit) }
      : chosen.column === last
        ? { row: order.indexOf(chosen.unit) }
        : {};
  return (
    <section class="panel" aria-label="Dependences">
      <div class="head">
        <h3>What depends on what</h3>
      </div>
      <div class="masks-matrices single">
        <figure>
          <PatternMatrix
            pattern={pattern}
            rows={symbols}
            columns={symbols}
            marked={marked}
            label={`Outputs by inputs, in the order of the dimensions. ${describePattern(whole, "Output", "input")}`}
          />
          <figcaption>Rows: outputs. Columns: inputs. Both in their order.</figcaption>
        </figure>
      </div>
      <p class="masks-said">{describeOrder(structure)}</p>
    </section>
  );
}

/** The masks that the weights are multiplied by. */
export function WeightMasks({ structure }: { readonly structure: MadeStructure }) {
  const { connections, columns } = structure;
  return (
    <section class="panel" aria-label="Masks of the weights">
      <h3>Masks of the weights</h3>
      <div class="masks-matrices many">
        {connections.map((mask, layer) => {
          const marks = (column: number) => columns[column]?.units.map(({ mark }) => mark) ?? [];
          const [rows, before] = [marks(layer + 1), marks(layer)];
          const size = `${rows.length} by ${before.length}`;
          const ones = mask.flat().filter(Boolean).length;
          return (
            <figure key={`mask ${layer}`}>
              <PatternMatrix
                pattern={mask}
                rows={rows}
                columns={before}
                label={`Mask of weight matrix ${layer + 1}, ${size}, ${ones} ones; rows and columns are degrees.`}
              />
              <figcaption>
                W<sub>{layer + 1}</sub>, {size}
              </figcaption>
            </figure>
          );
        })}
      </div>
      <p class="hint">
        Filled: 1, the weight is used. Empty: 0. The numbers are those in the units.
      </p>
    </section>
  );
}
