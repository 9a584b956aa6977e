import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { closeServer, httpServer, listen } from "../../src/serve/http-server.ts";
import { createService } from "../../src/serve/service.ts";
import { appParts, gaussian, servedModel } from "./support.ts";

/** The status of an answer with all its bytes, or the code of an error. */
function ask(address: string, agent: Agent): Promise<string> {
  const body = JSON.stringify({ rows: [[0.1, 0.2]] });
  const headers = { "content-type": "application/json", "content-length": body.length };
  return new Promise((resolve) => {
    const options = { method: "POST", agent, headers };
    const sent = request(`${address}/v1/log-prob`, options, (response) => {
      response.on("error", ({ message }) => resolve(message));
      response.on("end", () => resolve(response.complete ? `${response.statusCode}` : "cut off"));
      response.resume();
    });
    sent.on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    sent.end(body);
  });
}

/** Clients that ask again and again until the service is gone. */
function startClients(address: string, count: number) {
  const outcomes = new Map<string, number>();
  const waiting = new Set(Array(count).keys());
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const clients = Array.from({ length: count }, async (_, client) => {
    for (;;) {
      const outcome = await ask(address, agent);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (outcome !== "200") return;
      waiting.delete(client);
    }
  });
  /** Until all have had an answer, so that their connections are accepted. */
  const underWay = () => expect.poll(() => waiting.size, { timeout: 20_000 }).toBe(0);
  return { outcomes, underWay, ended: Promise.all(clients).then(() => agent.destroy()) };
}

test("a service that stops under load answers all that it has accepted", async () => {
  const model = await gaussian();
  let stopping = false;
  const parts = { ...appParts(), isStopping: () => stopping };
  const service = await createService(servedModel(model), parts);
  const server = httpServer(service.handle, 30);
  const address = await listen(server, "127.0.0.1", 0);
  let accepted = 0;
  server.on("request", () => accepted++);
  const { outcomes, underWay, ended } = startClients(address, 40);
  await underWay();
  stopping = true;
  await closeServer(server);
  await ended;
  // Whoever comes when nobody listens any more was not accepted.
  expect([...outcomes.keys()].sort()).toEqual(["200", "ECONNREFUSED"]);
  expect(outcomes.get("200")).toBe(accepted);
  expect(accepted).toBeGreaterThan(40);
  expect(parts.gate.inside).toBe(0);
  model.dispose();
});

test("a slow answer is waited for, and an idle connection is not", async () => {
  const model = await gaussian();
  const service = await createService(servedModel(model), {
    ...appParts(),
    isStopping: () => true,
  });
  const server = httpServer(service.handle, 30);
  const address = await listen(server, "127.0.0.1", 0);
  const logProb = model.logProb.bind(model);
  vi.spyOn(model, "logProb").mockImplementation(async (...args) => {
    await pause(900);
    return logProb(...args);
  });
  const idle = new Agent({ keepAlive: true });
  await new Promise((done) =>
    request(`${address}/healthz`, { agent: idle }, (response) =>
      response.resume().on("end", done),
    ).end(),
  );
  const answer = ask(address, idle);
  await pause(50);
  await closeServer(server);
  expect(await answer).toBe("200");
  idle.destroy();
  model.dispose();
});

test("a client that goes before its answer is no error of the service", async () => {
  const model = await gaussian();
  const parts = appParts();
  const service = await createService(servedModel(model), parts);
  const server = httpServer(service.handle, 30);
  const address = await listen(server, "127.0.0.1", 0);
  let end = () => {};
  vi.spyOn(model, "logProb").mockImplementationOnce(async () => {
    await new Promise<void>((resolve) => {
      end = resolve;
    });
    return new Float32Array(1);
  });
  const agent = new Agent();
  const answer = ask(address, agent);
  await expect.poll(() => model.logProb).toHaveBeenCalled();
  agent.destroy();
  expect(await answer).toBe("ECONNRESET");
  await expect.poll(() => parts.gate.inside).toBe(0);
  end();
  await closeServer(server);
  expect(parts.errors).toEqual([]);
  model.dispose();
});

test("a model is replaced under load without losing a request, and the old one goes", async () => {
  const [old, next] = [await gaussian(), await gaussian(["x", "y"], 2)];
  const service = await createService(servedModel(old, "a"), appParts());
  const server = httpServer(service.handle, 30);
  const address = await listen(server, "127.0.0.1", 0);
  const { outcomes, underWay, ended } = startClients(address, 20);
  const fingerprint = async () =>
    ((await (await fetch(`${address}/v1/model`)).json()) as { sha256: string }).sha256;
  await underWay();
  expect(await fingerprint()).toBe("a");
  await service.replace(servedModel(next, "b"));
  expect(await fingerprint()).toBe("b");
  await pause(200);
  expect([...outcomes.keys()]).toEqual(["200"]);
  await expect(old.logProb([[0, 0]])).rejects.toThrow("this model was disposed");
  const expected = (await next.logProb([[0.1, 0.2]]))[0]!;
  const answer = await fetch(`${address}/v1/log-prob`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ rows: [[0.1, 0.2]] }),
  });
  const { logDensity } = (await answer.json()) as { logDensity: number[] };
  expect(logDensity[0]).toBeCloseTo(expected, 5);
  await closeServer(server);
  await ended;
  next.dispose();
});
