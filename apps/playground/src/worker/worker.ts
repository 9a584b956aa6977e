import { expose, proxy } from "comlink";
import type { EngineName } from "./engines.ts";

/**
 * The entrance of the worker. The library is imported when the engine is known: jax-js starts threads wherever shared
 * memory is to be had, which makes the small programs of a page several times slower.
 */
const entrance = {
  async open(engine: EngineName) {
    if (engine !== "threads") Reflect.deleteProperty(globalThis, "SharedArrayBuffer");
    const { openLaboratory } = await import("./laboratory.ts");
    return proxy(await openLaboratory(engine));
  },
};

export type Entrance = typeof entrance;

expose(entrance);
