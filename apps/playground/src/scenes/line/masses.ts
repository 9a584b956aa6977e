import { computed } from "@preact/signals";
import { bases } from "./bases.ts";
import { picture } from "./line-run.ts";
import { intervalOf, settings } from "./settings.ts";
import { integralOf, valueAt } from "./tabulated.ts";
import { targets } from "./targets.ts";

/** The probability of the interval in three ways, and where its ends are mapped to. */
export interface Masses {
  /** The area under the true density. */
  readonly truth: number;
  readonly learned?: {
    /** The area under the learned density, integrated. */
    readonly data: number;
    /** The area under the base's density between the images of the ends, by its distribution function. */
    readonly base: number;
    readonly image: readonly [number, number];
  };
}

export const masses = computed<Masses>(() => {
  const [a, b] = intervalOf(settings.value);
  const target = targets[settings.value.target];
  const base = bases[settings.value.base];
  const truth = target.cdf(b) - target.cdf(a);
  if (!picture.value) return { truth };
  const { z, logDensity } = picture.value;
  const image = [valueAt(z, a), valueAt(z, b)] as const;
  return {
    truth,
    learned: {
      data: integralOf(logDensity.map(Math.exp), a, b),
      base: base.cdf(image[1]) - base.cdf(image[0]),
      image,
    },
  };
});

export const perCent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Of an axis: U+2212 for minus, as typographers do. */
export const shortNumber = (value: number): string => value.toFixed(2).replace("-", "−");
