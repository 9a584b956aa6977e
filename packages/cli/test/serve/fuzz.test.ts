import { connect } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { httpServer, listen } from "../../src/serve/http-server.ts";
import { createService } from "../../src/serve/service.ts";
import { uniforms } from "../e2e/command.ts";
import { appOf, appParts, gaussian, servedModel } from "./support.ts";

const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const deepObject = (levels: number) => `${'{"rows":'.repeat(levels)}1${"}".repeat(levels)}`;

/** Bodies that are not what `/v1/log-prob` of two columns, x and y, takes, and what is said of them. */
const bodies: [body: string, status: number, reason: string | RegExp][] = [
  ["", 400, "the body is empty; send a JSON object"],
  ["{", 400, /^the body is not JSON: /],
  ['{"rows":[[1,2]', 400, /^the body is not JSON: /],
  ['{"rows":[[1,2]]}}', 400, /^the body is not JSON: /],
  ['{"rows":[[NaN,2]]}', 400, /^the body is not JSON: /],
  ['{"rows":[[-Infinity,2]]}', 400, /^the body is not JSON: /],
  ['{"rows":[[1,2]],"rows":[[3,4]]}', 400, /has the key "rows" twice/],
  ['{"rows":[{"x":1,"y":2,"x":3}]}', 400, /has the key "x" twice/],
  ["null", 422, "the body: must be an object, got null"],
  ["[]", 422, "the body: must be an object, got a list of 0 items"],
  ['"text"', 422, 'the body: must be an object, got "text"'],
  ["{}", 422, 'the body: lacks "rows"'],
  [
    '{"__proto__":{"rows":[[1,2]]}}',
    422,
    'the body: lacks "rows", and has "__proto__", which is not known here',
  ],
  ['{"rows":[[1,2]],"__proto__":1}', 422, 'the body: has "__proto__", which is not known here'],
  ['{"rows":[[1,2]],"constructor":1}', 422, 'the body: has "constructor", which is not known here'],
  ['{"rows":[[1,2]],"context":[1]}', 422, 'the body: has "context", which is not known here'],
  ['{"rows":null}', 422, "/rows: must be a list, got null"],
  ['{"rows":"1,2"}', 422, '/rows: must be a list, got "1,2"'],
  ['{"rows":{"0":[1,2],"length":1}}', 422, "/rows: must be a list, got an object"],
  ['{"rows":[]}', 422, "/rows: has 0 items, expected at least 1"],
  ['{"rows":[[]]}', 422, "/rows/0: has 0 items, expected 2"],
  ['{"rows":[[1,2],[3]]}', 422, "/rows/1: has 1 item, expected 2"],
  ['{"rows":[[1,2,3]]}', 422, "/rows/0: has 3 items, expected 2"],
  ['{"rows":[[1,"2"]]}', 422, '/rows/0/1: must be a number, got "2"'],
  ['{"rows":[[1,true]]}', 422, "/rows/0/1: must be a number, got true"],
  ['{"rows":[[1,[2]]]}', 422, "/rows/0/1: must be a number, got a list of 1 item"],
  ['{"rows":[[1,null]]}', 422, "/rows/0/1: must be a number, got null"],
  ['{"rows":[[1,1e400]]}', 422, "/rows/0/1: must be a number, got one too large to work with"],
  ['{"rows":[[1,-1e31]]}', 422, "/rows/0/1: must be at least -1e+30, got -1e+31"],
  ['{"rows":[[1,2],{"x":1,"y":2}]}', 422, "/rows/1: must be a list, got an object"],
  ['{"rows":[{"x":1,"y":2},[1,2]]}', 422, "/rows/1: must be an object, got a list of 2 items"],
  ['{"rows":[{"x":1}]}', 422, '/rows/0: lacks "y"'],
  ['{"rows":[{"x":1,"y":2,"Ÿ\\n":3}]}', 422, '/rows/0: has "Ÿ\\n", which is not known here'],
  ['{"rows":[{"x":1,"y":"\\ud800"}]}', 422, '/rows/0/y: must be a number, got "\\ud800"'],
  ['{"rows":[{"x":1,"y":{"y":1}}]}', 422, "/rows/0/y: must be a number, got an object"],
  ['{"röws":[[1,2]]}', 422, 'the body: has "röws", which is not known here; did you mean "rows"?'],
  [`{"rows":${deep(10_000)}}`, 422, "/rows/0: has 1 item, expected 2"],
  [deep(10_000), 422, "the body: must be an object, got a list of 1 item"],
  [deepObject(10_000), 422, "/rows: must be a list, got an object"],
  [`{"rows":[${"[1,2],".repeat(100)}[1,2]]}`, 422, "/rows: has 101 items, expected at most 100"],
  [`{"rows":[[1,"${"a".repeat(50_000)}"]]}`, 422, /^\/rows\/0\/1: must be a number, got "a{39}…"$/],
  [`{"rows":[[1,2]],"pad":"${" ".repeat(200_000)}"}`, 413, /more than 100000 bytes/],
];

const draws: [body: string, status: number, reason: string | RegExp][] = [
  ["{}", 422, 'the body: lacks "count"'],
  ['{"count":0}', 422, "/count: must be at least 1, got 0"],
  ['{"count":-1}', 422, "/count: must be at least 1, got -1"],
  ['{"count":1.5}', 422, "/count: must be a whole number, got 1.5"],
  ['{"count":"1"}', 422, '/count: must be a whole number, got "1"'],
  ['{"count":1e300}', 422, "/count: must be at most 100, got 1e+300"],
  ['{"count":1e400}', 422, "/count: must be a whole number, got one too large to work with"],
  ['{"count":101}', 422, "/count: must be at most 100, got 101"],
  ['{"count":1,"seed":9007199254740992}', 422, /^\/seed: must be at most 9007199254740991, got 9/],
  ['{"count":1,"seed":null}', 422, "/seed: must be a whole number, got null"],
  ['{"count":1,"temperature":0}', 422, "/temperature: must be above 0, got 0"],
];

const limits = { maxRows: 100, maxBody: 100_000, timeout: 0.3 };

test("what is wrong with a body is said with its place", async () => {
  const { post, errors } = await appOf(await gaussian(), limits);
  const cases = [
    ...bodies.map((one) => ["/v1/log-prob", ...one] as const),
    ...draws.map((one) => ["/v1/sample", ...one] as const),
  ];
  for (const [url, body, status, reason] of cases) {
    const response = await post(url, body);
    const shown = `${url} ${body.slice(0, 80)}`;
    expect(response.statusCode, shown).toBe(status);
    const { message } = response.json().error;
    if (typeof reason === "string") expect(message, shown).toBe(reason);
    else expect(message, shown).toMatch(reason);
    expect(response.body).not.toMatch(/\n\s+at /);
  }
  expect(errors).toEqual([]);
  expect((await post("/v1/log-prob", { rows: [[1, 2]] })).statusCode).toBe(200);
});

test("what says to be something else than JSON is 415", async () => {
  const { post } = await appOf(await gaussian(), limits);
  const body = '{"rows":[[1,2]]}';
  for (const type of [
    "text/plain",
    "application/x-www-form-urlencoded",
    "a",
    "application/jsonx",
  ]) {
    expect((await post("/v1/log-prob", body, { "content-type": type })).statusCode, type).toBe(415);
  }
  const compressed = await post("/v1/log-prob", body, { "content-encoding": "gzip" });
  expect(compressed.statusCode).toBe(415);
  const charset = { "content-type": "application/json; charset=utf-8" };
  expect((await post("/v1/log-prob", body, charset)).statusCode).toBe(200);
});

test("bodies with damaged bytes are refused or right, never an error of the service", async () => {
  const { app, post, errors } = await appOf(await gaussian(), limits);
  const uniform = uniforms(11);
  const good = Buffer.from('{"rows":[{"x":1.5e0,"y":-2},{"x":3,"y":4}]}');
  for (let run = 0; run < 400; run++) {
    const payload = Buffer.from(good);
    for (let change = 0; change <= run % 3; change++) {
      payload[Math.floor(uniform() * payload.length)] = Math.floor(uniform() * 256);
    }
    const headers = { "content-type": "application/json" };
    const response = await app.inject({ method: "POST", url: "/v1/log-prob", headers, payload });
    expect([200, 400, 422], payload.toString("latin1")).toContain(response.statusCode);
    if (response.statusCode !== 200) expect(response.json().error.message).toMatch(/\S/);
  }
  expect(errors).toEqual([]);
  expect((await post("/v1/log-prob", { rows: [[1, 2]] })).statusCode).toBe(200);
});

/** Sends pieces of text with pauses between them, and gives all that comes back until the end. */
async function conversation(address: string, pieces: string[], ending = false): Promise<string> {
  const { hostname, port } = new URL(address);
  const socket = connect(Number(port), hostname);
  let said = "";
  socket.on("data", (part) => {
    said += part;
  });
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => resolve()).on("error", () => {});
  });
  for (const piece of pieces) {
    if (socket.writable) socket.write(piece);
    await pause(100);
  }
  if (ending) socket.end();
  await closed;
  return said;
}

test("over a socket, what is no request, or slow, or cut off, is answered and the service lives on", async () => {
  const model = await gaussian();
  const parts = appParts(limits);
  const service = await createService(servedModel(model), parts);
  const server = httpServer(service.handle, limits.timeout);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    model.dispose();
  });
  const address = await listen(server, "127.0.0.1", 0);
  const head = (length: number) =>
    `POST /v1/log-prob HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n\r\n`;
  const talk = (pieces: string[], ending = false) => conversation(address, pieces, ending);
  const [garbage, longHead, slowHead, slowBody, chunks, unread] = await Promise.all([
    talk(["\0\x01\x02 garbage\r\n\r\n"]),
    talk([`GET /healthz HTTP/1.1\r\nx: ${"a".repeat(40_000)}\r\n\r\n`]),
    talk(["GET /healthz HTT"]),
    talk([head(1000), ...Array<string>(8).fill("{")]),
    talk([head(5).replace(/content-length: 5/, "transfer-encoding: chunked"), "zz\r\n"]),
    talk([head(200_000), '{"rows":[[1,2]'], true),
    talk([head(100), '{"rows":[[1,2]'], true),
  ]);
  expect(garbage).toMatch(/^HTTP\/1\.1 400 .*"code":"http"/s);
  expect(longHead).toMatch(/^HTTP\/1\.1 431 .*"code":"too-large"/s);
  expect(slowHead).toMatch(/^HTTP\/1\.1 408 .*"code":"slow"/s);
  expect(slowBody).toMatch(/^HTTP\/1\.1 408 .*connection: close.*"code":"slow"/s);
  expect(chunks).toMatch(/^HTTP\/1\.1 400 .*"code":"http"/s);
  expect(unread).toMatch(/^HTTP\/1\.1 413 .*"code":"too-large"/s);
  expect(parts.errors).toEqual([]);
  await expect.poll(() => parts.gate.inside, { timeout: 20_000 }).toBe(0);
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
});
