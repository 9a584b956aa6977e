import { useState } from "preact/hooks";
import { Slider } from "../../components/slider.tsx";
import { PatternMatrix } from "./pattern-matrix.tsx";
import { dependence, type Place } from "./reach.ts";
import type { CouplingStructure } from "./structure.ts";
import { describeLayers, describePattern } from "./wording.ts";

/** Where the Jacobians of one coupling layer, and of all up to it, are not zero. */
export function CouplingPattern({
  structure,
  chosen,
}: {
  readonly structure: CouplingStructure;
  readonly chosen: Place | null;
}) {
  const { connections, kept } = structure;
  const [wanted, setWanted] = useState(Number.POSITIVE_INFINITY);
  const total = connections.length;
  const count = Math.min(wanted, total);
  const names = kept[0]?.map((_, dimension) => String(dimension + 1)) ?? [];
  const alone = dependence(connections, count - 1, count);
  const together = dependence(connections, 0, count);
  const keptBy = (from: number) => (row: number) =>
    kept.slice(from, count).every((layer) => layer[row]);
  const title = count === 1 ? "Layer 1 from the data" : `Layers 1 to ${count} together`;
  return (
    <section class="panel" aria-label="Jacobians">
      <div class="head">
        <h3>What depends on what</h3>
      </div>
      <Slider
        label="Up to layer"
        value={count}
        low={1}
        high={total}
        disabled={total === 1}
        show={(value) => `${value} of ${total}`}
        onChange={(value) => setWanted(value === total ? Number.POSITIVE_INFINITY : value)}
      />
      <div class="masks-matrices">
        <figure>
          <PatternMatrix
            pattern={alone}
            rows={names}
            columns={names}
            isKept={keptBy(count - 1)}
            marked={markedWithin(chosen, count - 1, count)}
            label={`Layer ${count} alone. ${describePattern(alone, "Dimension", "dimension")}`}
          />
          <figcaption>Layer {count} alone</figcaption>
        </figure>
        <figure>
          <PatternMatrix
            pattern={together}
            rows={names}
            columns={names}
            isKept={keptBy(0)}
            marked={markedWithin(chosen, 0, count)}
            label={`${title}. ${describePattern(together, "Dimension", "dimension")}`}
          />
          <figcaption>{title}</figcaption>
        </figure>
      </div>
      <p class="masks-said">{describeLayers(structure, count)}</p>
      <p class="hint">
        Row i, column j: whether dimension i of what comes out depends on dimension j of what goes
        in, the pattern of the Jacobian. Hollow: the dimension goes straight on.
      </p>
    </section>
  );
}

/** The row or column of a chosen unit in the matrix from one column of units to another. */
function markedWithin(chosen: Place | null, from: number, to: number) {
  if (chosen?.column === from) return { column: chosen.unit };
  return chosen?.column === to ? { row: chosen.unit } : {};
}
