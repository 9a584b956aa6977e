import { densityColour } from "./colours.ts";

const stops = Array.from({ length: 9 }, (_, i) => densityColour(i / 8)).join(", ");

/** What the colours of a density mean: from 0 to the number given. */
export function ColourBar({ title, high }: { readonly title: string; readonly high: string }) {
  return (
    <div class="colour-bar">
      <span>{title} 0</span>
      <span class="ramp" style={{ background: `linear-gradient(to right, ${stops})` }} />
      <span>{high}</span>
    </div>
  );
}
