import { csvHeader, csvLine, csvText } from "../output/csv-lines.ts";
import { splitMix32 } from "../table/split-mix.ts";

/** Days of made-up weather at a harbour. */
const DAYS = 800;

/** Share of the days on which a sensor gave nothing. */
const GAPS = 0.05;

/** Days that were made wrong on purpose, for the search for anomalies. */
export const WRONG_DAYS = 3;

interface Day {
  season: string;
  windDirection: number;
  windSpeed: number;
  temperature: number;
  cloudOktas: number;
  ferries: number;
}

const names = ["season", "wind_direction", "wind_speed", "temperature", "cloud_oktas", "ferries"];

/** By season: temperature, spread of it, and the wind's usual direction in degrees. */
const seasons = [
  { season: "spring", warmth: 11, spread: 3, wind: 250 },
  { season: "summer", warmth: 20, spread: 2.5, wind: 190 },
  { season: "autumn", warmth: 12, spread: 3, wind: 280 },
  { season: "winter", warmth: 3, spread: 3.5, wind: 340 },
] as const;

/**
 * A table of all kinds of columns as CSV: categories, an angle, a positive skewed column, a real one, whole numbers,
 * and gaps. Wind from the north cools, clouds warm winters and cool summers, and ferries stay in port in a storm. Always
 * the same.
 */
export function* demoTable(): Generator<string> {
  const uniform = splitMix32(2024);
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  yield csvHeader(names);
  for (let row = 0; row < DAYS; row++) {
    const day = weather(uniform, normal);
    const isWrong = row % 250 === 199 && row < 250 * WRONG_DAYS;
    const { season, windDirection, windSpeed, temperature, cloudOktas, ferries } = isWrong
      ? { ...day, season: "winter", temperature: 24, windSpeed: 27, ferries: 14 }
      : day;
    const sometimes = (text: string) => (!isWrong && uniform() < GAPS ? "" : text);
    yield csvLine([
      csvText(season),
      sometimes(windDirection.toFixed(1)),
      windSpeed.toFixed(2),
      sometimes(temperature.toFixed(2)),
      String(cloudOktas),
      sometimes(String(ferries)),
    ]);
  }
}

function weather(uniform: () => number, normal: () => number): Day {
  const of = seasons[Math.floor(uniform() * seasons.length)] as (typeof seasons)[number];
  const direction = (of.wind + 45 * normal() + 720) % 360;
  const fromNorth = Math.cos((direction * Math.PI) / 180);
  const windSpeed = Math.exp(1.5 + 0.2 * fromNorth + 0.5 * normal());
  const cloudOktas = clamped(4 - 2 * fromNorth + 2.2 * normal(), 0, 8);
  const underClouds = (of.season === "winter" ? 0.5 : -0.5) * (cloudOktas - 4);
  const temperature = of.warmth - 3 * fromNorth + underClouds + of.spread * normal();
  const planned = of.season === "summer" ? 12 : 8;
  const ferries = clamped(planned - 0.35 * windSpeed + 1.2 * normal(), 0, 14);
  return {
    season: of.season,
    windDirection: direction,
    windSpeed,
    temperature,
    cloudOktas,
    ferries,
  };
}

/** The nearest whole number in a range. */
const clamped = (value: number, low: number, high: number): number =>
  Math.max(low, Math.min(high, Math.round(value)));
