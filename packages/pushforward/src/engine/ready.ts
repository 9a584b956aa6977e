import { defaultDevice, init } from "@jax-js/jax";

let started: Promise<void> | undefined;

/**
 * Start the array engine (WebAssembly); every function of the facade awaits it by itself.
 *
 * Call it once before using bijectors or distributions directly. Later calls return the same
 * promise.
 */
export function ready(): Promise<void> {
  started ??= init("wasm").then(() => {
    defaultDevice("wasm");
  });
  return started;
}
