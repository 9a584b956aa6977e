import { defaultDevice, init } from "@jax-js/jax";
import { DomainError, EngineError } from "../core/errors.ts";

/** Where jax-js computes. */
export const jaxDevices = ["wasm", "webgpu", "cpu"] as const;

export type JaxDevice = (typeof jaxDevices)[number];

let started: { device: JaxDevice; done: Promise<void> } | undefined;

/**
 * Start jax-js; every function of the facade awaits it by itself.
 *
 * Call it once before using bijectors or distributions directly. Later calls return the same
 * promise: jax-js has one device for the whole program, which the first call decides.
 *
 * @param device `"wasm"` (default), `"webgpu"`, or `"cpu"`, an interpreter for tests.
 * @throws DomainError (rejects) when another device was started before; EngineError when this
 * platform has no such device.
 */
export function ready(device: JaxDevice = started?.device ?? "wasm"): Promise<void> {
  if (!started) {
    const attempt = { device, done: start(device) };
    started = attempt;
    // A device that is not there must not keep others from being tried.
    attempt.done.catch(() => {
      if (started === attempt) started = undefined;
    });
  }
  if (started.device === device) return started.done;
  return Promise.reject(
    new DomainError(
      `jax:${device}: jax-js already runs on ${started.device} and has one device for the whole program; ` +
        `ask for ${device} before anything else does.`,
    ),
  );
}

/** The device that was started. */
export function currentDevice(): JaxDevice {
  return started?.device ?? "wasm";
}

async function start(device: JaxDevice): Promise<void> {
  let available: readonly string[] = [];
  let cause: unknown;
  try {
    available = await init(device);
  } catch (error) {
    // So jax-js says that there is no WebGPU where there is no `navigator` to ask.
    cause = error;
  }
  if (!available.includes(device)) {
    throw new EngineError(
      `jax:${device}: jax-js finds no ${device} on this platform. Take jax:wasm.`,
      {
        cause,
      },
    );
  }
  defaultDevice(device);
}
