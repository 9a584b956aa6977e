import { fit, fitGaussian, imageNice, Model, realNVP } from "pushforward";
import { random } from "pushforward/core";
import { fitTable, type Table } from "pushforward/tables";
import { onTestFinished } from "vitest";
import { createApp } from "../../src/serve/app.ts";
import { createGate } from "../../src/serve/gate.ts";
import type { Log } from "../../src/serve/log.ts";
import { createMetrics } from "../../src/serve/metrics.ts";
import type { ServedModel } from "../../src/serve/served-model.ts";
import { defaultSettings, type ServeSettings } from "../../src/serve/settings.ts";
import { uniforms } from "../e2e/command.ts";

/** A normal density of two columns. */
export function gaussian(columns = ["x", "y"], scale = 1): Promise<Model> {
  const uniform = uniforms(3);
  const rows = Array.from({ length: 200 }, () => columns.map(() => scale * (uniform() - 0.5)));
  return fitGaussian(rows, { columns });
}

/** A density of two numbers given two others. */
export function conditional(contextNames?: readonly string[]): Promise<Model> {
  const uniform = uniforms(5);
  const rows = Array.from({ length: 64 }, () => [uniform(), uniform()]);
  const flow = realNVP({ features: 2, context: 2, layers: 2, hidden: [4] });
  return fit(flow, rows, { context: rows.toReversed(), contextNames, steps: 3 });
}

/** A density of grey images of 4 by 4 pixels. */
export function ofImages(): Model {
  const flow = imageNice({ shape: [1, 4, 4], layers: 2, hidden: [4] });
  return new Model({ flow, params: flow.init(random.key(1)) });
}

const ROWS = 90;

/** Gaps, dates, text, a constant, truth values; and text that is given. */
const table: Table = {
  rows: ROWS,
  columns: [
    {
      name: "mass",
      kind: "number",
      cells: Float64Array.from({ length: ROWS }, (_, i) => (i % 9 ? 3 + Math.sin(i) : Number.NaN)),
    },
    {
      name: "day",
      kind: "date",
      cells: Float64Array.from({ length: ROWS }, (_, i) => 19_000 + ((i * 7) % 40)),
    },
    {
      name: "kind",
      kind: "text",
      cells: Array.from({ length: ROWS }, (_, i) => ["a", "b", "ü"][i % 3] as string),
    },
    { name: "unit", kind: "text", cells: new Array(ROWS).fill("kg") },
    {
      name: "ripe",
      kind: "boolean",
      cells: Array.from({ length: ROWS }, (_, i) => String(i % 5 > 1)),
    },
    {
      name: "site",
      kind: "text",
      cells: Array.from({ length: ROWS }, (_, i) => (i % 2 ? "n" : "s")),
    },
  ],
};

/** A density of a table of mixed columns, given others. */
export function ofTable(given: readonly string[] = ["site"]): Promise<Model> {
  return fitTable((sizes) => realNVP({ ...sizes, layers: 1, hidden: [4] }), table, {
    steps: 2,
    missing: "model",
    given: [...given],
  });
}

export function servedModel(model: Model, sha256 = "0".repeat(64)): ServedModel {
  return { model, file: "m.safetensors", sha256, loadedAt: new Date(0) };
}

/** What an app needs, and what it said went wrong. */
export function appParts(given: Partial<ServeSettings> = {}) {
  const settings: ServeSettings = { ...defaultSettings, ...given };
  const gate = createGate(settings);
  const errors: string[] = [];
  const log: Log = { info: () => {}, error: (_, message) => void errors.push(message) };
  return {
    ...{ settings, gate, errors, log, metrics: createMetrics(gate) },
    isStopping: () => false,
  };
}

/** An app that is closed, with its model, when the test ends. */
export async function appOf(model: Model, given: Partial<ServeSettings> = {}) {
  const parts = appParts(given);
  const app = await createApp(servedModel(model), parts);
  onTestFinished(async () => {
    await app.close();
    model.dispose();
  });
  const post = (url: string, payload: unknown, headers: Record<string, string> = {}) =>
    app.inject({
      method: "POST",
      url,
      headers: { "content-type": "application/json", ...headers },
      payload: typeof payload === "string" ? payload : JSON.stringify(payload),
    });
  return { ...parts, app, post };
}
