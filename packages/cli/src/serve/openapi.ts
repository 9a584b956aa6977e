import swagger from "@fastify/swagger";
import type { FastifyInstance } from "fastify";
import type { Examples } from "./examples.ts";

const SCHEME = "token";

/**
 * Describes the routes that are added from now on, with the schemas that validate them, as
 * OpenAPI 3.1: `app.swagger()`.
 */
export async function describeRoutes(
  app: FastifyInstance,
  examples: Examples,
  hasToken: boolean,
): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "pushforward",
        description: "A normalizing flow behind an address: densities, draws and latents.",
        version: "1",
      },
      ...(hasToken && {
        components: { securitySchemes: { [SCHEME]: { type: "http", scheme: "bearer" } } },
        security: [{ [SCHEME]: [] }],
      }),
    },
    // Here and not in the schemas: a column may be called "$ref", or "const".
    transformObject: (document) => {
      if (!("openapiObject" in document)) return document.swaggerObject;
      const { openapiObject } = document;
      for (const [path, example] of Object.entries(examples)) {
        const content = openapiObject.paths?.[path]?.post?.requestBody;
        if (!content || !("content" in content)) continue;
        const media = content.content["application/json"];
        if (media) media.example = example;
      }
      return openapiObject;
    },
  });
}
