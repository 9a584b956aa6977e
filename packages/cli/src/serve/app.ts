import bearerAuth from "@fastify/bearer-auth";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { Type } from "typebox";
import { errorLine } from "../exit-code.ts";
import { limitBodyTime, whenOver } from "./deadline.ts";
import { answerTo, contentTypeError, errorBody } from "./error-answer.ts";
import { errorResponses } from "./error-responses.ts";
import { exampleBodies } from "./examples.ts";
import type { Gate } from "./gate.ts";
import { parseBody } from "./json-body.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { modelCalls } from "./model-calls.ts";
import { modelCard, modelCardSchema } from "./model-card.ts";
import { describeRoutes } from "./openapi.ts";
import { RequestError } from "./request-error.ts";
import { addModelRoutes } from "./routes.ts";
import { rowFormat } from "./rows.ts";
import { reasonOf } from "./schema-reason.ts";
import type { ServedModel } from "./served-model.ts";
import type { ServeSettings } from "./settings.ts";

/** What an app shares with the one before it, whose model was another. */
export interface AppParts {
  readonly settings: ServeSettings;
  readonly gate: Gate;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Whether connections are to be closed after their answer. */
  isStopping(): boolean;
}

/**
 * Answers requests about one model; it does not listen: `app.routing` takes requests, or
 * `app.inject`.
 */
export async function createApp(served: ServedModel, parts: AppParts): Promise<FastifyInstance> {
  const { settings, metrics } = parts;
  const { maxBody: bodyLimit, token } = settings;
  const app = fastify({
    bodyLimit,
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        ownProperties: true,
        allowUnionTypes: true,
        verbose: true,
      },
    },
    schemaErrorFormatter: (faults) => new RequestError(422, "invalid", reasonOf(faults)),
    frameworkErrors: (error, _, reply) => void sendError(error, reply, parts),
  });
  app.setErrorHandler((error, _, reply) => sendError(error, reply, parts));
  readJsonOnly(app);
  observe(app, parts);
  refuseUnknownRoutes(app);

  const format = rowFormat(served.model, settings.maxRows);
  await describeRoutes(app, await exampleBodies(served, format), token !== undefined);
  if (token !== undefined) await app.register(bearerAuth, { keys: [token], addHook: false });
  app.get("/healthz", { schema: healthSchema }, async () => ({ status: "ok" }));
  app.register(async (guarded) => {
    if (app.verifyBearerAuth) guarded.addHook("onRequest", app.verifyBearerAuth);
    guarded.get("/v1/model", { schema: cardSchema(settings) }, async () =>
      modelCard(served, format, settings),
    );
    guarded.get("/metrics", { schema: metricsSchema(settings) }, async (_, reply) => {
      reply.type(metrics.registry.contentType);
      return metrics.registry.metrics();
    });
    guarded.get("/openapi.json", { schema: { hide: true } }, async () => app.swagger());
    guarded.register(async (limited) => {
      limitRequests(limited, parts);
      const calls = modelCalls(served.model, format, metrics);
      addModelRoutes(limited, { format, calls, metrics, settings });
    });
  });
  await app.ready();
  return app;
}

const healthSchema = {
  operationId: "health",
  summary: "Whether the service is there; asks for no token.",
  security: [],
  response: {
    200: Type.Object({ status: Type.Literal("ok") }, { description: "It is." }),
  },
};

const cardSchema = (settings: ServeSettings) => ({
  operationId: "model",
  summary: "What is known of the model.",
  response: { 200: modelCardSchema, ...errorResponses([], settings) },
});

const metricsSchema = (settings: ServeSettings) => ({
  operationId: "metrics",
  summary: "Counts and times, as Prometheus reads them.",
  response: {
    200: {
      description: "The measures.",
      content: { "text/plain": { schema: Type.String({ description: "Prometheus text." }) } },
    },
    ...errorResponses([], settings),
  },
});

function sendError(error: unknown, reply: FastifyReply, { settings, log }: AppParts): FastifyReply {
  const answer = answerTo(error, settings);
  const { status } = answer;
  if (status === 500) log.error("error", errorLine(error));
  if (status === 401) reply.header("www-authenticate", "Bearer");
  if (status === 429) reply.header("retry-after", "1");
  return reply.code(status).send(errorBody(answer));
}

function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/json",
    { parseAs: "buffer" },
    async ({ headers }: FastifyRequest, bytes: Buffer) => {
      const encoding = headers["content-encoding"] ?? "identity";
      if (encoding === "identity") return parseBody(bytes);
      throw contentTypeError("the body must not be compressed; leave Content-Encoding out");
    },
  );
}

/** Counts and times every request, and closes connections when the service stops. */
function observe(app: FastifyInstance, { metrics, isStopping }: AppParts): void {
  app.addHook("onSend", async (_, reply) => {
    if (isStopping()) reply.header("connection", "close");
  });
  app.addHook("onRequest", async ({ routeOptions }, reply) => {
    const route = routeOptions.url ?? "unknown";
    whenOver(reply, (error) => {
      metrics.requests.inc({ route, status: error ? "aborted" : reply.statusCode });
      metrics.seconds.observe({ route }, reply.elapsedTime / 1000);
    });
  });
}

/** Before a body is read: 404, or 405 where the path has another method. */
function refuseUnknownRoutes(app: FastifyInstance): void {
  const methods = new Map<string, string[]>();
  app.addHook("onRoute", ({ path, method }) => {
    methods.set(path, [...(methods.get(path) ?? []), ...[method].flat()]);
  });
  app.addHook("onRequest", async (request, reply) => {
    if (!request.is404) return;
    const path = request.url.split("?")[0] as string;
    const known = methods.get(path);
    if (!known) {
      throw new RequestError(
        404,
        "not-found",
        "there is nothing here; /openapi.json tells what is",
      );
    }
    reply.header("allow", known.join(", "));
    const message = `${request.method} is not for ${path}; use ${known[0]}`;
    throw new RequestError(405, "method", message);
  });
}

/** How many requests may wait for the model, with what bodies, and how long these may take. */
function limitRequests(app: FastifyInstance, { gate, settings }: AppParts): void {
  const { maxBody } = settings;
  app.addHook("onRequest", async (request, reply) => {
    // A body that comes in chunks may have as many bytes as are allowed; a larger one is refused.
    const declared = Number(request.headers["content-length"] ?? maxBody);
    const leave = gate.enter(Math.min(declared, maxBody));
    if (!leave) {
      throw new RequestError(
        429,
        "busy",
        `more than ${gate.most} requests, or ${gate.mostBytes} bytes in them, would wait for their ` +
          "answers; try again in a second",
      );
    }
    whenOver(reply, leave);
    limitBodyTime(request, reply, settings.timeout);
  });
}
