import Schema from "typebox/schema";
import { expect, test } from "vitest";
import { appOf, conditional, gaussian, ofImages, ofTable } from "./support.ts";

type Json = Record<string, unknown>;

interface Operation {
  operationId: string;
  requestBody?: { required: boolean; content: Record<string, { schema: Json; example?: unknown }> };
  responses: Record<string, { description: string; content: Record<string, { schema: Json }> }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes?: Json };
}

const models = {
  "with named columns": () => gaussian(),
  "with columns named like words of schemas": () =>
    gaussian(["$ref", "const", "constructor", "definitions", 'a "b"/~ä']),
  "with classes": () => conditional(["cat", "dog"]),
  "of images": async () => ofImages(),
  "of a table": () => ofTable(["site", "day"]),
};

/** What OpenAPI 3.1 asks of a document, as far as it has what this one has. */
function checkDocument({ openapi, info, paths }: Document): void {
  expect(openapi).toBe("3.1.0");
  expect(info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
  const operations = Object.entries(paths).flatMap(([path, item]) => {
    expect(path).toMatch(/^\//);
    return Object.entries(item);
  });
  for (const [method, { responses, requestBody }] of operations) {
    expect(method).toMatch(/^(get|post)$/);
    expect(Object.keys(responses).length).toBeGreaterThan(0);
    for (const [status, { description, content }] of Object.entries(responses)) {
      expect(status).toMatch(/^[1-5]\d\d$/);
      expect(description).toMatch(/\S/);
      expect(Object.keys(content)).toHaveLength(1);
    }
    if (method === "post") expect(requestBody?.required).toBe(true);
  }
  const ids = operations.map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(JSON.stringify(paths)).not.toMatch(/"\$ref":"/);
}

test.each(Object.entries(models))(
  "the document of a model %s is valid, and its examples work",
  async (_, create) => {
    const { app, post } = await appOf(await create());
    const document: Document = (await app.inject("/openapi.json")).json();
    checkDocument(document);
    expect(Object.keys(document.paths).sort()).toEqual([
      ...["/healthz", "/metrics", "/v1/decode", "/v1/encode", "/v1/log-prob"],
      ...["/v1/model", "/v1/sample"],
    ]);
    for (const [path, { post: asked, get }] of Object.entries(document.paths)) {
      const { schema, example } = asked?.requestBody?.content["application/json"] ?? {};
      if (schema) expect(Schema.Check(schema, example), path).toBe(true);
      const response = schema ? await post(path, example) : await app.inject(path);
      expect(response.statusCode, `${path} ${response.body}`).toBe(200);
      const answers = (asked ?? get)!.responses[200]!.content;
      const answer = answers["application/json"]?.schema;
      if (answer) expect(Schema.Check(answer, response.json()), path).toBe(true);
      if (schema) {
        const wrong = await post(path, { ...(example as Json), surprise: 1 });
        const error = asked!.responses[wrong.statusCode]!.content["application/json"]!.schema;
        expect(wrong.statusCode).toBe(422);
        expect(Schema.Check(error, wrong.json())).toBe(true);
      }
    }
  },
);

test("objects that have their keys from somewhere else lack them", async () => {
  const { post } = await appOf(await gaussian(["constructor", "x"]));
  const response = await post("/v1/log-prob", { rows: [{ x: 1 }] });
  expect(response.json().error.message).toBe('/rows/0: lacks "constructor"');
});

test("a token is part of the document", async () => {
  const { app } = await appOf(await gaussian(), { token: "t" });
  const headers = { authorization: "Bearer t" };
  const document = (await app.inject({ url: "/openapi.json", headers })).json();
  expect(document.components.securitySchemes).toEqual({
    token: { type: "http", scheme: "bearer" },
  });
  expect(document.security).toEqual([{ token: [] }]);
  expect(document.paths["/healthz"].get.security).toEqual([]);
  for (const [path, item] of Object.entries((document as Document).paths)) {
    const statuses = Object.keys((item.get ?? item.post)!.responses);
    const expected = path === "/healthz" ? ["200"] : ["200", "401", "500"];
    expect(statuses, path).toEqual(expect.arrayContaining(expected));
  }
});
