import { randomInt } from "node:crypto";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance, FastifyReply } from "fastify";
import { type TObject, type TOptional, type TSchema, Type } from "typebox";
import { withinTime } from "./deadline.ts";
import { errorResponses } from "./error-responses.ts";
import type { Metrics } from "./metrics.ts";
import type { Entry, ModelCalls, RowFunction } from "./model-calls.ts";
import type { Cells, RowCells, RowFormat } from "./row-format.ts";
import type { ServeSettings } from "./settings.ts";

/** What routes of a model need. */
export interface RouteParts {
  readonly format: RowFormat;
  readonly calls: ModelCalls;
  readonly metrics: Metrics;
  readonly settings: ServeSettings;
}

/** The routes that ask the model: `/v1/log-prob`, `/v1/encode`, `/v1/decode` and `/v1/sample`. */
export function addModelRoutes(app: FastifyInstance, parts: RouteParts): void {
  const { format } = parts;
  addRowRoute(app, parts, {
    path: "/v1/log-prob",
    name: "logProb",
    takes: "rows",
    gives: "logDensity",
    answer: format.answerNumber,
    summary:
      "The log-density of each row, in nats and the data's own units; of a row with missing cells a lower bound, averaged over draws of them. Categories and values on a grid have probabilities, averaged over their cells.",
  });
  addRowRoute(app, parts, {
    path: "/v1/encode",
    name: "encode",
    takes: "rows",
    gives: "latents",
    answer: format.answerLatent,
    summary:
      "The latent of each row: where the flow maps it in the base; of a row with missing cells, with one draw of them.",
  });
  addRowRoute(app, parts, {
    path: "/v1/decode",
    name: "decode",
    takes: "latents",
    gives: "rows",
    answer: format.answerRow,
    summary:
      "The row of each latent, the inverse of encode; cells of a table in their original form, numbers not snapped to grids.",
  });
  addSampleRoute(app, parts);
}

interface RowRoute {
  readonly path: string;
  readonly name: RowFunction;
  readonly takes: "rows" | "latents";
  readonly gives: string;
  /** What each row gets. */
  readonly answer: TSchema;
  readonly summary: string;
}

function addRowRoute(
  app: FastifyInstance,
  { format, calls, metrics, settings }: RouteParts,
  { path, name, takes, gives, answer, summary }: RowRoute,
): void {
  const body = bodyOf({ [takes]: format[takes] }, format);
  const answers = strict({ [gives]: Type.Array(answer) });
  const schema = { operationId: name, summary, body, response: responses(answers, settings) };
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(path, { schema }, async ({ body }, reply: FastifyReply) => {
      const given: unknown = body[takes];
      const rows =
        takes === "rows" ? format.readRows(given, name === "logProb") : latentCells(format, given);
      const entries = entriesOf(rows, format.readContexts(body.context, rows.length));
      const results = await withinTime(reply, settings.timeout, (signal) =>
        calls.onRows(name, entries, signal),
      );
      metrics.rows.inc({ route: path }, rows.length);
      return { [gives]: results };
    });
}

function latentCells(format: RowFormat, latents: unknown): RowCells[][] {
  return format.readLatents(latents).map((cells) => [{ cells, standIn: 0 }]);
}

function entriesOf(rows: readonly RowCells[][], contexts: readonly Cells[] | undefined): Entry[][] {
  return rows.map((filled, place) => filled.map((row) => ({ row, context: contexts?.[place] })));
}

const SEED = { minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER };

/** Seeds that are made up here: short enough to be typed again. */
const SEEDS = 2 ** 32;

function addSampleRoute(
  app: FastifyInstance,
  { format, calls, metrics, settings }: RouteParts,
): void {
  const path = "/v1/sample";
  const body = bodyOf(
    {
      count: Type.Integer({ minimum: 1, maximum: format.most, description: "How many rows." }),
      seed: Type.Optional(
        Type.Integer({ ...SEED, description: "Same seed, same rows; a new one if left out." }),
      ),
      temperature: Type.Optional(
        Type.Number({
          exclusiveMinimum: 0,
          maximum: 1e6,
          description: "Factor on the draws of the base; below 1 rows are more typical.",
        }),
      ),
    },
    format,
  );
  const answers = strict({
    rows: Type.Array(format.answerRow),
    seed: Type.Integer({ description: "Of these rows." }),
  });
  const summary = "Independent draws; whole numbers are whole.";
  const schema = { operationId: "sample", summary, body, response: responses(answers, settings) };
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(path, { schema }, async ({ body }, reply: FastifyReply) => {
      const { count, temperature, seed = randomInt(SEEDS) } = body;
      const contexts = format.readContexts(body.context, count);
      const draws = { count, seed, temperature, contexts };
      const rows = await withinTime(reply, settings.timeout, (signal) =>
        calls.sample(draws, signal),
      );
      metrics.rows.inc({ route: path }, count);
      return { rows, seed };
    });
}

/** With a context where the model takes one, and only then. */
function bodyOf<Properties extends Record<string, TSchema>>(
  properties: Properties,
  { contexts }: RowFormat,
) {
  return strict({ ...properties, ...(contexts && { context: contexts }) }) as TObject<
    Properties & { context: TOptional<TSchema> }
  >;
}

function strict<Properties extends Record<string, TSchema>>(properties: Properties) {
  return Type.Object(properties, { additionalProperties: false });
}

/** What a request to the model can be answered with. */
function responses(answer: TSchema, settings: ServeSettings): Record<number, TSchema> {
  return {
    200: { ...answer, description: "The answer." },
    ...errorResponses([400, 408, 413, 415, 422, 429, 503], settings),
  };
}
