import { bases } from "./bases.ts";
import { change, settings } from "./settings.ts";

/** What there is to see, in four steps. */
export function Story() {
  return (
    <ol class="story" aria-label="What there is to see">
      <li>
        <h3>Density and distribution function</h3>
        <p>
          The area under a density over an interval is the probability of landing there. The
          distribution function F(x) is the area to the left of x. It rises from 0 to 1, steeply
          where the density is high, and the interval’s probability is F(b) − F(a).
        </p>
      </li>
      <li>
        <h3>The map</h3>
        <p>
          A flow in one dimension is a smooth map z = f(x) that only ever rises, so it can be read
          both ways. The density that it gives x is that of its image times the slope:{" "}
          <span class="formula">
            p<sub>X</sub>(x) = p<sub>Z</sub>(f(x)) · f ′(x)
          </span>
          . Where the curve is steep, a short stretch of x takes a long stretch of z and all of its
          mass: the density of x is high.
        </p>
      </li>
      <li>
        <h3>Mass is kept</h3>
        <p>
          Drag a and b. The shaded areas under both densities stay equal at every step of the
          training, even for a flow that knows nothing yet. Learning cannot lose or make mass; it
          only bends the curve until the mass lies where the data are. It does so by raising the
          mean of log p<sub>X</sub> over the numbers it is given.
        </p>
      </li>
      <li>
        <h3>Any base will do</h3>
        <p>
          F<sub>X</sub> itself maps x to Uniform(0, 1), and the base’s inverse distribution function
          goes on from there:{" "}
          <span class="formula">
            f(x) = F<sub>Z</sub>
            <sup>−1</sup>(F<sub>X</sub>(x))
          </span>
          , the thin line. So every density without gaps can be reached from every base. Drawing
          goes the other way, from z over to the curve and down to x.
        </p>
        <div class="row">
          {(Object.keys(bases) as (keyof typeof bases)[]).map((name) => (
            <button
              key={name}
              type="button"
              class="quiet"
              aria-pressed={settings.value.base === name}
              onClick={() => change({ base: name })}
            >
              {bases[name].title}
            </button>
          ))}
        </div>
      </li>
    </ol>
  );
}
