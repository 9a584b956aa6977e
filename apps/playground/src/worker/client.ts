import { computed, effect, signal } from "@preact/signals";
import { type Remote, wrap } from "comlink";
import { messageOf } from "../message-of.ts";
import { type EngineName, type EngineOption, listEngines } from "./engines.ts";
import type { FlowEntry, Laboratory } from "./laboratory.ts";
import type { Entrance } from "./worker.ts";

/** What computes for the page, in a thread of its own. */
export type RemoteLaboratory = Remote<Laboratory>;

export type WorkerState =
  | { readonly type: "opening" }
  | { readonly type: "ready"; readonly laboratory: RemoteLaboratory }
  | { readonly type: "failed"; readonly message: string };

/** The engines of this browser, once they are known; the best one first. */
export const engines = signal<readonly EngineOption[]>([]);

/** The visitor's choice; undefined: the best one. */
export const chosenEngine = signal<EngineName | undefined>(undefined);

/** Why the best engine did not open, where another one took its place. */
export const fallback = signal<string | undefined>(undefined);

/** What computes. */
export const engine = computed<EngineName | undefined>(() => {
  const offered = engines.value.filter(({ missing }) => missing === undefined);
  const best = offered.find(({ name }) => !fallback.value || name !== "webgpu");
  return (offered.find(({ name }) => name === chosenEngine.value) ?? best)?.name;
});

export const workerState = signal<WorkerState>({ type: "opening" });

/** The library's own list of flows, once the worker has told it. */
export const flowEntries = signal<readonly FlowEntry[]>([]);

let worker: Worker | undefined;

/** Find out what there is and open the worker; again whenever another engine is chosen. */
export function startWorker(): void {
  listEngines().then((found) => {
    engines.value = found;
  });
  effect(() => {
    if (engine.value) open(engine.value);
  });
}

function open(name: EngineName): void {
  worker?.terminate();
  const own = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker = own;
  workerState.value = { type: "opening" };

  function fail(message: string) {
    if (worker !== own) return;
    const isOpening = workerState.peek().type === "opening";
    // A graphics processor that was not asked for may fail: WebAssembly is everywhere.
    if (isOpening && name === "webgpu" && !chosenEngine.peek()) {
      fallback.value = `WebGPU did not start (${message}); WebAssembly computes instead.`;
    } else workerState.value = { type: "failed", message };
  }

  own.addEventListener("error", ({ message }) =>
    fail(message || "The worker could not be loaded."),
  );
  wrap<Entrance>(own)
    .open(name)
    .then(async (laboratory) => {
      const remote = laboratory as unknown as RemoteLaboratory;
      const entries = await remote.listFlows();
      if (worker !== own) return;
      flowEntries.value = entries;
      workerState.value = { type: "ready", laboratory: remote };
    })
    .catch((error: unknown) => fail(messageOf(error)));
}

/** The worker was replaced by another one before it answered. */
export class WorkerGone extends Error {
  constructor() {
    super("Another engine was started meanwhile.");
  }
}

/** The worker's functions, when it is ready. */
export function laboratory(): Promise<RemoteLaboratory> {
  return new Promise((resolve, reject) => {
    const stop = effect(() => {
      const state = workerState.value;
      if (state.type === "opening") return;
      queueMicrotask(() => stop());
      if (state.type === "ready") resolve(state.laboratory);
      else reject(new Error(state.message));
    });
  });
}

/**
 * Ask the worker for something, when it is ready.
 *
 * @throws (rejects with) what the worker says; WorkerGone when it was replaced: it then never answers.
 */
export async function ask<T>(question: (laboratory: RemoteLaboratory) => Promise<T>): Promise<T> {
  const remote = await laboratory();
  let stop = () => {};
  const gone = new Promise<never>((_, reject) => {
    stop = workerState.subscribe((state) => {
      if (state.type === "failed") reject(new Error(state.message));
      else if (state.type !== "ready" || state.laboratory !== remote) reject(new WorkerGone());
    });
  });
  try {
    return await Promise.race([question(remote), gone]);
  } finally {
    stop();
  }
}
