import { decimal, oneOf, wholeNumber } from "../../link/codec.ts";
import { settingsInLink, updateAddress } from "../../link/place.ts";

/** The digits that can be asked for; any: each draw has a class of its own. */
export const digitChoices = ["any", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

export type DigitChoice = (typeof digitChoices)[number];

export interface DigitsSettings {
  readonly digit: DigitChoice;
  readonly temperature: number;
  readonly seed: number;
}

export const TEMPERATURES = { low: 0.1, high: 1.2, step: 0.05 } as const;

export const MOST_SEED = 9999;

export const settings = settingsInLink<DigitsSettings>("digits", {
  digit: oneOf(digitChoices, "any"),
  temperature: decimal(TEMPERATURES.low, TEMPERATURES.high, 0.5),
  seed: wholeNumber(0, MOST_SEED, 0),
});

export function change(changed: Partial<DigitsSettings>): void {
  settings.value = { ...settings.value, ...changed };
  updateAddress();
}
