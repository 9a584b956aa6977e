import type { AppParts } from "../serve/app.ts";
import { createGate } from "../serve/gate.ts";
import { closeServer, httpServer, listen } from "../serve/http-server.ts";
import { type Log, openLog } from "../serve/log.ts";
import { createMetrics } from "../serve/metrics.ts";
import { createReloads } from "../serve/reloads.ts";
import { loadServedModel } from "../serve/served-model.ts";
import { createService } from "../serve/service.ts";
import type { ServeSettings } from "../serve/settings.ts";
import { onSignals } from "../serve/signals.ts";
import { readToken } from "../serve/token.ts";
import type { EngineOptions } from "./engine-options.ts";

export interface ServeCommandOptions extends EngineOptions, Omit<ServeSettings, "token"> {
  host: string;
  port: number;
  tokenFile?: string;
  json?: boolean;
}

/** Answers HTTP requests about a model until it is told to stop. */
export async function serveCommand(path: string, options: ServeCommandOptions): Promise<void> {
  const { host, port, json = false, engine, timeout } = options;
  const log = openLog(json);
  const settings: ServeSettings = { ...options, token: await readToken(options.tokenFile) };
  const loading = { engine, onNotice: (message: string) => log.error("notice", message) };
  const served = await loadServedModel(path, loading);
  const gate = createGate(settings);
  const stopping = new AbortController();
  const parts: AppParts = {
    settings,
    gate,
    metrics: createMetrics(gate),
    log,
    isStopping: () => stopping.signal.aborted,
  };
  const service = await createService(served, parts);
  const server = httpServer(service.handle, timeout);
  const reload = createReloads(service, path, loading, parts);
  const ignoreSignals = onSignals({ stop: () => stopping.abort(), reload });
  try {
    const address = await listen(server, host, port);
    warnOfOpenDoors(host, settings, log);
    const { engineName } = service.served.model;
    const facts = { address, model: path, sha256: served.sha256, engine: engineName };
    log.info("start", `Serving ${path} at ${address} on ${engineName}`, facts);
    await aborted(stopping.signal);
    log.info("stop", "Stopping: what was accepted is answered");
    await closeServer(server);
  } finally {
    stopping.abort();
    // One that is under way ends before its model goes.
    await reload();
    ignoreSignals();
    service.served.model.dispose();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function warnOfOpenDoors(host: string, { token }: ServeSettings, log: Log): void {
  if (token !== undefined || /^(localhost|127(\.\d+){3}|::1)$/.test(host)) return;
  log.error(
    "open",
    `${host} can be reached from other machines, and no token is asked for; give one with ` +
      "--token-file",
  );
}
