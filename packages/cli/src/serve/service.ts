import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { type AppParts, createApp } from "./app.ts";
import type { ServedModel } from "./served-model.ts";

/** Answers requests about a model that may be replaced by another. */
export interface Service {
  /** What is served now. */
  readonly served: ServedModel;
  handle(request: IncomingMessage, response: ServerResponse): void;
  /**
   * Serves another model from now on; requests that are here already are answered by the old one.
   *
   * @throws DomainError when its rows cannot be written in JSON; the old one stays.
   */
  replace(served: ServedModel): Promise<void>;
}

/** An app with its model, which go when they are replaced and their last request is answered. */
interface Generation {
  readonly served: ServedModel;
  readonly app: FastifyInstance;
  requests: number;
  replaced: boolean;
}

/**
 * Starts to serve a model.
 *
 * @throws DomainError when its rows cannot be written in JSON.
 */
export async function createService(served: ServedModel, parts: AppParts): Promise<Service> {
  let current = await generation(served, parts);
  return {
    get served() {
      return current.served;
    },
    handle(request, response) {
      const own = current;
      own.requests++;
      response.once("close", () => {
        own.requests--;
        release(own);
      });
      own.app.routing(request, response);
    },
    async replace(next) {
      const old = current;
      current = await generation(next, parts);
      old.replaced = true;
      release(old);
    },
  };
}

/** A model that cannot be served goes at once. */
async function generation(served: ServedModel, parts: AppParts): Promise<Generation> {
  const app = await createApp(served, parts).catch((error: unknown) => {
    served.model.dispose();
    throw error;
  });
  return { served, app, requests: 0, replaced: false };
}

function release({ app, served, requests, replaced }: Generation): void {
  if (!replaced || requests > 0) return;
  app.close();
  served.model.dispose();
}
