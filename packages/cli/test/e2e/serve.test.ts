import { copyFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { outcome, quick, refusal, ridgeFolder, run, start } from "./command.ts";

const { folder } = ridgeFolder();
const token = "e2e-token-1";

interface Described {
  paths: {
    "/v1/log-prob": {
      post: { requestBody: { content: { "application/json": { example: object } } } };
    };
  };
}

/** The status of an answer with all its bytes, or the code of an error. */
function ask(address: string, agent: Agent, body: string): Promise<string> {
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": body.length,
  };
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

test("a service answers, loads its file again, and stops under load without losing a request", async () => {
  writeFileSync(join(folder, "token"), `${token}\n`);
  copyFileSync(join(folder, "m.safetensors"), join(folder, "served.safetensors"));
  const args = ["--port", "0", "--token-file", "token", "--json"];
  const child = start(folder, "serve", "served.safetensors", ...args);
  const ended = outcome(child);
  const lines = createInterface(child.stdout!);
  const event = (name: string) =>
    new Promise<Record<string, string>>((resolve) => {
      lines.on("line", (line) => {
        const said = JSON.parse(line);
        if (said.event === name) resolve(said);
      });
    });
  const started = await event("start");
  const { address } = started as { address: string };
  expect(started.message).toBe(`Serving served.safetensors at ${address} on ${started.engine}`);
  expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect((await fetch(`${address}/v1/model`)).status).toBe(401);

  const get = async (path: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${address}${path}`, { headers })).json();
  };
  const model = async () => (await get("/v1/model")) as { sha256: string };
  expect((await model()).sha256).toBe(started.sha256);
  await run(folder, "fit", "ridge.csv", "--out", "served.safetensors", "--seed", "1", ...quick);
  expect((await model()).sha256).toBe(started.sha256);
  const reloaded = event("reload");
  child.kill("SIGHUP");
  expect((await reloaded).message).toBe("Serving the new served.safetensors");
  expect((await model()).sha256).not.toBe(started.sha256);

  const { paths } = (await get("/openapi.json")) as Described;
  const { example } = paths["/v1/log-prob"].post.requestBody.content["application/json"];
  const outcomes = new Set<string>();
  const agent = new Agent({ keepAlive: true, maxSockets: 30 });
  const answered = new Set<number>();
  const clients = Array.from({ length: 30 }, async (_, client) => {
    for (let last = "200"; last === "200"; answered.add(client)) {
      last = await ask(address, agent, JSON.stringify(example));
      outcomes.add(last);
    }
  });
  await expect.poll(() => answered.size, { timeout: 20_000 }).toBe(30);
  child.kill("SIGTERM");
  await Promise.all(clients);
  agent.destroy();
  const { code, stdout, stderr } = await ended;
  expect([...outcomes].sort()).toEqual(["200", "ECONNREFUSED"]);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toContain(token);
});

test("what cannot be served is refused in one line", async () => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().unref();
    server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
  });
  const serve = (...args: string[]) => refusal(folder, "serve", ...args);
  expect(await serve("m.safetensors", "--port", `${port}`)).toContain(
    `127.0.0.1:${port}: is in use already; take another --port`,
  );
  expect(await serve("ridge.csv", "--port", "0")).toContain("ridge.csv is not a model file");
  expect(await serve("m.safetensors", "--token-file", "absent")).toContain("absent: no such file");
});
