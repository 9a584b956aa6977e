import { useMemo } from "preact/hooks";
import { Frame } from "../../charts/frame.tsx";
import { bases } from "./bases.ts";
import { picture } from "./line-run.ts";
import { perCent } from "./masses.ts";
import { tabulatedPath } from "./paths.ts";
import { intervalOf, settings } from "./settings.ts";
import { grid, shownLine, valueAt } from "./tabulated.ts";
import { targets } from "./targets.ts";

/** The distribution function of x, true and learned; between the ends of the interval it climbs by its mass. */
export function CdfChart() {
  const target = targets[settings.value.target];
  const base = bases[settings.value.base];
  const truth = useMemo(() => Float32Array.from(grid, target.cdf), [target]);
  const learned = useMemo(() => picture.value?.z.map((z) => base.cdf(z)), [picture.value, base]);
  const [a, b] = intervalOf(settings.value);
  const shown = learned ?? truth;
  const [from, to] = [valueAt(shown, a), valueAt(shown, b)];
  return (
    <Frame
      label={`The distribution function of x, ${learned ? "learned and true" : "true"}: it rises from 0 to 1, at a it is ${perCent(from)} and at b ${perCent(to)}.`}
      x={shownLine}
      y={[0, 1]}
      width={340}
      height={210}
      xTitle="x"
      yTitle="F(x)"
    >
      {({ x, y }) => (
        <>
          <path
            class="guide"
            d={`M${x(a)} ${y(0)}V${y(from)}H${x(shownLine[0])}M${x(b)} ${y(0)}V${y(to)}H${x(shownLine[0])}`}
          />
          <path class="climb" d={`M${x(shownLine[0]) + 3} ${y(from)}V${y(to)}`} />
          {learned && <path class="curve learned" d={tabulatedPath(learned, x, y)} />}
          <path class="curve truth" d={tabulatedPath(truth, x, y)} />
        </>
      )}
    </Frame>
  );
}
