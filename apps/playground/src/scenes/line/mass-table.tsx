import { bases } from "./bases.ts";
import { masses, perCent, shortNumber } from "./masses.ts";
import { intervalOf, settings } from "./settings.ts";

const NOTHING = "…";

/** The mass of the interval: in the learned density, in the base, in truth. */
export function MassTable() {
  const { truth, learned } = masses.value;
  const [a, b] = intervalOf(settings.value).map(shortNumber);
  const base = bases[settings.value.base];
  const image = learned ? learned.image.map(shortNumber) : [NOTHING, NOTHING];
  return (
    <table class="masses">
      <caption>How probable is it that x lies between a and b?</caption>
      <tbody>
        <tr>
          <th scope="row">
            <Swatch kind="mass" />
            Learned density, {a} to {b}
          </th>
          <td>{learned ? perCent(learned.data) : NOTHING}</td>
        </tr>
        <tr>
          <th scope="row">
            <Swatch kind="mass" />
            {base.title}, {image[0]} to {image[1]}
          </th>
          <td>{learned ? perCent(learned.base) : NOTHING}</td>
        </tr>
        <tr>
          <th scope="row">
            <Swatch kind="truth-area" />
            True density, {a} to {b}
          </th>
          <td>{perCent(truth)}</td>
        </tr>
      </tbody>
    </table>
  );
}

function Swatch({ kind }: { readonly kind: string }) {
  return (
    <svg class="swatch" viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">
      <rect class={kind} x="0.5" y="0.5" width="11" height="11" />
    </svg>
  );
}
