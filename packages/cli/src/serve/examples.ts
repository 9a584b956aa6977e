import { type Model, PushforwardError } from "pushforward";
import type { AnswerRow, RowFormat } from "./row-format.ts";
import type { ServedModel } from "./served-model.ts";

/** Bodies of requests that the model answers, by path; fewer where it cannot draw rows. */
export type Examples = Readonly<Record<string, object>>;

/** Rows as a request has them: without the columns that are constant. */
function requestRows(rows: readonly AnswerRow[], { table }: Model): unknown[] {
  const constant = table?.fields.filter(({ type }) => type === "constant").map(({ name }) => name);
  if (!constant?.length) return [...rows];
  return rows.map((row) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !constant.includes(name))),
  );
}

/** Requests for a model, made of its own draws; its programs are built on the way. */
export async function exampleBodies({ model }: ServedModel, format: RowFormat): Promise<Examples> {
  const { exampleContext, snapped } = format;
  const count = Math.min(2, format.most);
  const context = exampleContext === undefined ? {} : { context: exampleContext };
  const contexts = format.readContexts(exampleContext, count);
  const given = contexts ? { context: contexts } : {};
  try {
    const draws = await model.sample(count, { seed: 0, snapped, ...given });
    const encoded = await model.encode(draws, given);
    await model.decode(encoded, given);
    await model.logProb(draws, given);
    const [rows, latents] = [
      requestRows(format.writeRows(draws), model),
      format.writeLatents(encoded),
    ];
    return {
      "/v1/log-prob": { rows, ...context },
      "/v1/sample": { count: 2, seed: 1, ...context },
      "/v1/encode": { rows, ...context },
      "/v1/decode": { latents, ...context },
    };
  } catch (error) {
    // Some flows map in one direction only.
    if (error instanceof PushforwardError) return {};
    throw error;
  }
}
