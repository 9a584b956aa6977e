import { Readable } from "node:stream";
import { DomainError } from "pushforward";
import { expect, test, vi } from "vitest";
import { appOf, conditional, gaussian, ofImages } from "./support.ts";

test("the routes give what the model gives", async () => {
  const model = await gaussian();
  const { post } = await appOf(model);
  const rows = [
    [0.1, 0.2],
    [-0.3, 0.4],
  ];
  const answer = async (route: string, body: object) => {
    const response = await post(`/v1/${route}`, body);
    expect(response.statusCode, response.body).toBe(200);
    return response.json();
  };
  const { logDensity } = await answer("log-prob", { rows });
  expect(Float32Array.from(logDensity)).toEqual(await model.logProb(rows));
  const named = rows.map(([x, y]) => ({ y, x }));
  expect(await answer("log-prob", { rows: named })).toEqual({ logDensity });
  const { latents } = await answer("encode", { rows });
  expect(Float32Array.from(latents.flat())).toEqual((await model.encode(rows)).data);
  const back = (await answer("decode", { latents })).rows;
  expect(Float32Array.from(back.flat())).toEqual((await model.decode(latents)).data);
  const drawn = await answer("sample", { count: 3, seed: 5 });
  const { data } = await model.sample(3, { seed: 5 });
  expect(drawn.seed).toBe(5);
  expect(Float32Array.from(drawn.rows.flat())).toEqual(data);
});

test("without a seed draws are new, and their seed is told", async () => {
  const { post } = await appOf(await gaussian());
  const [a, b] = [await post("/v1/sample", { count: 2 }), await post("/v1/sample", { count: 2 })];
  expect(a.json().rows).not.toEqual(b.json().rows);
  const again = await post("/v1/sample", { count: 2, seed: a.json().seed });
  expect(again.json()).toEqual(a.json());
});

test("conditional models take a context for all rows, or one per row", async () => {
  const model = await conditional(["a", "b"]);
  const { post } = await appOf(model);
  const rows = [
    [0.1, 0.2],
    [0.3, 0.4],
  ];
  const one = await post("/v1/log-prob", { rows, context: { a: 0.5, b: 0.6 } });
  const each = await post("/v1/log-prob", {
    rows,
    context: [
      [0.5, 0.6],
      [0.5, 0.6],
    ],
  });
  expect(one.statusCode).toBe(200);
  expect(each.body).toBe(one.body);
  const direct = await model.logProb(rows, { context: [[0.5, 0.6]] });
  expect(Float32Array.from(one.json().logDensity)).toEqual(direct);
  expect((await post("/v1/log-prob", { rows })).json().error.message).toBe(
    'the body: lacks "context"',
  );
  const draws = { seed: 3, temperature: 0.5, context: [1, 0] };
  const drawn = (await post("/v1/sample", { count: 2, ...draws })).json().rows;
  const { data } = await model.sample(2, { ...draws, context: [[1, 0]] });
  expect(Float32Array.from(drawn.flat())).toEqual(data);
  const three = await post("/v1/sample", {
    count: 2,
    context: [
      [1, 0],
      [0, 1],
      [1, 1],
    ],
  });
  expect([three.statusCode, three.json().error.message]).toEqual([
    422,
    expect.stringContaining("/context: has 3 contexts for 2 rows"),
  ]);
});

test("images go in and out as lists", async () => {
  const { post } = await appOf(ofImages());
  const drawn = (await post("/v1/sample", { count: 2, seed: 1 })).json().rows;
  expect(drawn.map((row: number[]) => row.length)).toEqual([16, 16]);
  const scored = await post("/v1/log-prob", { rows: drawn });
  expect(scored.json().logDensity).toEqual([expect.any(Number), expect.any(Number)]);
});

test("requests at the same time go through the model together, and each gets its own", async () => {
  const model = await gaussian();
  const { post, metrics } = await appOf(model);
  const rows = Array.from({ length: 40 }, (_, i) => [0.01 * i, -0.02 * i]);
  const together = await Promise.all(rows.map((row) => post("/v1/log-prob", { rows: [row] })));
  const direct = await model.logProb(rows);
  together.forEach((response, i) => {
    expect(response.json().logDensity[0]).toBeCloseTo(direct[i]!, 5);
  });
  const { values } = await metrics.batchRequests.get();
  const calls = values.find(({ metricName }) => metricName?.endsWith("_count"))!.value;
  expect(calls).toBeLessThan(20);
});

test("a seed's draws do not depend on who else asks", async () => {
  const { post } = await appOf(await gaussian());
  const sample = (seed: number) => post("/v1/sample", { count: 3, seed });
  const alone = (await sample(7)).body;
  const together = await Promise.all([sample(1), sample(7), sample(2), sample(7)]);
  expect([together[1]!.body, together[3]!.body]).toEqual([alone, alone]);
});

test("what a model refuses fails its own request alone", async () => {
  const model = await gaussian();
  const logProb = model.logProb.bind(model);
  vi.spyOn(model, "logProb").mockImplementation(async (rows, options) => {
    const bad = Array.isArray(rows) ? rows.findIndex(([x]) => x === 13) : -1;
    if (bad >= 0) throw new DomainError(`logProb: row ${bad}: 13 is not allowed.`);
    return logProb(rows, options);
  });
  const { post, errors } = await appOf(model);
  const ask = (x: number) =>
    post("/v1/log-prob", {
      rows: [
        [0, 0],
        [x, 0],
      ],
    });
  const [fine, bad, other] = await Promise.all([ask(1), ask(13), ask(2)]);
  expect([fine.statusCode, bad.statusCode, other.statusCode]).toEqual([200, 422, 200]);
  expect(bad.json().error).toEqual({
    code: "domain",
    message: "logProb: row 1: 13 is not allowed.",
  });
  expect(errors).toEqual([]);
});

test("a log-density of minus infinity is null", async () => {
  const model = await gaussian();
  const { post } = await appOf(model);
  const answer = await post("/v1/log-prob", { rows: [[1e30, -1e30]] });
  expect(answer.json()).toEqual({ logDensity: [null] });
});

test("a token is asked for everywhere but at /healthz", async () => {
  const { app, post } = await appOf(await gaussian(), { token: "secret-1" });
  const routes = ["/v1/model", "/metrics", "/openapi.json"];
  for (const authorization of [undefined, "secret-1", "Bearer secret-2", "Bearer secret-1x"]) {
    const headers: Record<string, string> = authorization ? { authorization } : {};
    for (const url of routes) {
      const response = await app.inject({ url, headers });
      expect(response.statusCode, `${url} ${authorization}`).toBe(401);
      expect(response.headers["www-authenticate"]).toBe("Bearer");
      expect(response.json().error.code).toBe("unauthorized");
    }
    expect((await post("/v1/sample", { count: 1 }, headers)).statusCode).toBe(401);
    expect((await app.inject({ url: "/healthz", headers })).statusCode).toBe(200);
  }
  const headers = { authorization: "Bearer secret-1" };
  for (const url of routes) expect((await app.inject({ url, headers })).statusCode).toBe(200);
  expect((await post("/v1/sample", { count: 1 }, headers)).statusCode).toBe(200);
  const described = await app.inject({ url: "/openapi.json", headers });
  expect(described.body).not.toContain("secret-1");
});

test("more requests than are let in get 429, and the others their answers", async () => {
  const { post, gate } = await appOf(await gaussian(), { maxConcurrent: 3 });
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => post("/v1/log-prob", { rows: [[0, 0]] })),
  );
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([
    ...[200, 200, 200],
    ...Array(7).fill(429),
  ]);
  const busy = answers.find(({ statusCode }) => statusCode === 429)!;
  expect(busy.headers["retry-after"]).toBe("1");
  expect(busy.json().error.code).toBe("busy");
  expect(gate.inside).toBe(0);
  expect((await post("/v1/log-prob", { rows: [[0, 0]] })).statusCode).toBe(200);
});

test("an answer that takes too long is 503, and the service goes on", async () => {
  const model = await gaussian();
  const { post, gate } = await appOf(model, { timeout: 0.05 });
  let end = () => {};
  const slow = vi.spyOn(model, "logProb").mockImplementationOnce(async () => {
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return new Float32Array(1);
  });
  const late = await post("/v1/log-prob", { rows: [[0, 0]] });
  expect([late.statusCode, late.json().error.code]).toEqual([503, "timeout"]);
  const behind = await post("/v1/log-prob", { rows: [[0, 0]] });
  expect(behind.statusCode).toBe(503);
  expect(gate.inside).toBe(0);
  end();
  const next = await post("/v1/encode", { rows: [[0, 0]] });
  expect(next.statusCode).toBe(200);
  expect(slow).toHaveBeenCalledTimes(1);
});

test("bodies of more bytes than there is room for get 429", async () => {
  const { app, post, gate } = await appOf(await gaussian(), { maxBody: 2 ** 27, timeout: 0.2 });
  const headers = { "content-type": "application/json" };
  const announce = (bytes?: number) => {
    const payload = new Readable({ read() {} });
    payload.push('{"rows":');
    const length = bytes === undefined ? {} : { "content-length": String(bytes) };
    return app.inject({
      method: "POST",
      url: "/v1/log-prob",
      headers: { ...headers, ...length },
      payload,
    });
  };
  // Half of all that may come in, and a body whose length is not known.
  const stalled = [announce(2 ** 27), announce()];
  await expect.poll(() => gate.inside).toBe(2);
  const busy = await post("/v1/log-prob", { rows: [[0, 0]] });
  expect([busy.statusCode, busy.json().error.code]).toEqual([429, "busy"]);
  expect((await Promise.all(stalled)).map(({ statusCode }) => statusCode)).toEqual([408, 408]);
  expect((await post("/v1/log-prob", { rows: [[0, 0]] })).statusCode).toBe(200);
});

test("a body that does not come in is 408", async () => {
  const { app, gate } = await appOf(await gaussian(), { timeout: 0.05 });
  const payload = new Readable({ read() {} });
  payload.push('{"rows":');
  const headers = { "content-type": "application/json" };
  const slow = await app.inject({ method: "POST", url: "/v1/log-prob", headers, payload });
  expect([slow.statusCode, slow.json().error.code]).toEqual([408, "slow"]);
  expect(slow.headers.connection).toBe("close");
  expect(gate.inside).toBe(0);
});

test("metrics tell of routes, statuses, rows and batches, and of the process", async () => {
  const { app, post } = await appOf(await gaussian());
  await post("/v1/log-prob", {
    rows: [
      [0, 0],
      [1, 1],
    ],
  });
  await post("/v1/log-prob", { rows: 1 });
  await app.inject("/some/path?with=query");
  const text = (await app.inject("/metrics")).body;
  for (const line of [
    'pushforward_requests_total{route="/v1/log-prob",status="200"} 1',
    'pushforward_requests_total{route="/v1/log-prob",status="422"} 1',
    'pushforward_requests_total{route="unknown",status="404"} 1',
    'pushforward_request_seconds_count{route="/v1/log-prob"} 2',
    'pushforward_rows_total{route="/v1/log-prob"} 2',
    "pushforward_batch_rows_sum 2",
    "pushforward_requests_in_flight 0",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
});

test("paths and methods that are not there say what is", async () => {
  const { app } = await appOf(await gaussian());
  const nothing = await app.inject("/v2/model");
  expect([nothing.statusCode, nothing.json().error.code]).toEqual([404, "not-found"]);
  const wrong = await app.inject({ url: "/v1/sample?count=1", method: "DELETE" });
  expect([wrong.statusCode, wrong.headers.allow]).toEqual([405, "POST"]);
  expect(wrong.json().error.message).toBe("DELETE is not for /v1/sample; use POST");
});

test("an error of the service itself is logged, and says nothing to the client", async () => {
  const model = await gaussian();
  const { post, errors } = await appOf(model);
  vi.spyOn(model, "logProb").mockRejectedValueOnce(new Error("private words"));
  const response = await post("/v1/log-prob", { rows: [[0, 0]] });
  expect(response.statusCode).toBe(500);
  expect(response.body).not.toContain("private");
  expect(errors).toEqual([expect.stringContaining("private words")]);
});
