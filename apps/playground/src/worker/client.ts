import { computed, effect, signal } from "@preact/signals";
import { type Remote, wrap } from "comlink";
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

export const engine = computed<EngineName | undefined>(() => {
  const found = engines.value.find(({ name }) => name === chosenEngine.value) ?? engines.value[0];
  return found?.missing === undefined ? found?.name : engines.value[0]?.name;
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
  const fail = (message: string) => {
    if (worker !== own) return;
    // A graphics processor that was not asked for may fail in peace: WebAssembly is everywhere.
    if (name === "webgpu" && !chosenEngine.value) chosenEngine.value = "wasm";
    else workerState.value = { type: "failed", message };
  };
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
    .catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
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
