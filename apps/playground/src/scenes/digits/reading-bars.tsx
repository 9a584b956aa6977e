import { perCent } from "./bayes.ts";
import type { Pad } from "./pad-state.ts";

interface ReadingBarsProps {
  readonly pad: Pad;
  readonly classes: readonly string[];
}

/** How probable each class is, given the image. */
export function ReadingBars({ pad, classes }: ReadingBarsProps) {
  const reading = pad.reading.value;
  const names = classes.length > 0 ? classes : Array.from({ length: 10 }, (_, i) => String(i));
  return (
    <div class="bars">
      <p class="verdict" aria-live="polite">
        {reading
          ? `Read as ${names[reading.best]}, ${perCent(reading.probabilities[reading.best] ?? 0)}`
          : "Nothing to read yet"}
      </p>
      <ul aria-label={`Probability of each digit for the ${pad.name} drawing`}>
        {names.map((name, label) => {
          const share = reading?.probabilities[label];
          return (
            <li key={name} class={label === reading?.best ? "best" : undefined}>
              <span class="name">{name}</span>
              <span class="track" aria-hidden="true">
                <span class="bar" style={{ width: `${100 * (share ?? 0)}%` }} />
              </span>
              <span class="share">{share === undefined ? "–" : perCent(share)}</span>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
