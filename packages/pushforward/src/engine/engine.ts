import { DomainError, EngineError } from "../core/errors.ts";
import type { SpecTree } from "./array-spec.ts";
import type { ArrayTree, EngineArray } from "./engine-array.ts";
import type { BuiltProgram, Executor } from "./executor.ts";
import type { NDArray, Tree } from "./jax.ts";
import { createJaxExecutor } from "./jax-executor.ts";
import { mayHaveOnnxRuntime } from "./onnx/runtime.ts";
import { type JaxDevice, jaxDevices, ready } from "./ready.ts";

/**
 * What runs the programs: `"onnx"` (ONNX Runtime; `"onnx:cuda"` for another execution provider than
 * the CPU), `"jax"` (jax-js; `"jax:wasm"`, `"jax:webgpu"`, `"jax:cpu"`), or `"auto"`: ONNX Runtime
 * where there is one, else jax-js.
 */
export type EngineChoice = "auto" | "jax" | `jax:${JaxDevice}` | "onnx" | `onnx:${string}`;

/** Arrays of a program's arguments or results, in the tree that the traced function has. */
export type ArraysOf<T> = T extends NDArray
  ? EngineArray
  : Tree extends T
    ? ArrayTree
    : { [K in keyof T]: ArraysOf<T[K]> };

/** A traced function that runs on an engine; built when it is first used. */
export interface Program<A extends readonly unknown[], R> {
  /** Arguments are not consumed; results belong to the caller. */
  run(...args: { [K in keyof A]: ArraysOf<A[K]> }): Promise<ArraysOf<R>>;
  /** How many rows to give it at once, and whether the last batch may have fewer. */
  batchesFor(count: number): Promise<{ size: number; exact: boolean }>;
  /** Free what it holds; call it when no run is under way. */
  dispose(): void;
}

/** Compiles functions of arrays and runs them. */
export interface Engine {
  /** For people: `"onnxruntime 1.30.0 on cpu"`. */
  readonly name: string;
  /**
   * Make a function of arrays, as the rest of the library writes them, a program. What cannot run on
   * ONNX Runtime runs on jax-js, with a notice.
   *
   * @param fn consumes its arguments; what it closes over is constant. It is traced once on ONNX
   * Runtime, once per shape on jax-js.
   * @param specs shapes of the arguments; an extent `"n"` may differ from call to call.
   */
  compile<A extends Tree[], R extends Tree>(
    fn: (...args: A) => R,
    specs: readonly SpecTree[],
  ): Program<A, R>;
  /** As `compile`, on jax-js whatever the engine: for programs whose shape differs with each use. */
  compileOnJax<A extends Tree[], R extends Tree>(fn: (...args: A) => R): Program<A, R>;
}

/** Tells a person something in one line. */
export type Notify = (message: string) => void;

/**
 * Start the engine asked for, by argument or else by the environment variable `PUSHFORWARD_ENGINE`.
 *
 * @param notify hears when jax-js stands in for ONNX Runtime; default: a warning on the console.
 * @throws (rejects with) DomainError for a name that is none, EngineError when jax-js cannot start.
 */
export async function startEngine(
  choice: EngineChoice | undefined = undefined,
  notify: Notify = warn,
): Promise<Engine> {
  const { executor: kind, device } = parseChoice(choice);
  await ready(kind === "jax" ? (device as JaxDevice | undefined) : undefined);
  const jax = createJaxExecutor();
  const executor = kind === "jax" ? jax : await onnxOr(jax, device ?? "cpu", kind, notify);
  return {
    name: executor.name,
    compile: (fn, specs) => createProgram(fn as never, specs, [executor, jax], notify) as never,
    compileOnJax: (fn) => createProgram(fn as never, [], [jax, jax], notify) as never,
  };
}

/** What Node has and pages do not. */
const environment = globalThis as {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
};

const told = new Set<string>();

/** Tells it on the console, once: models are loaded again and again. */
export function warn(message: string): void {
  if (told.has(message)) return;
  told.add(message);
  // biome-ignore lint/suspicious/noConsole: the one place to say it when nobody listens.
  console.warn(`pushforward: ${message}`);
}

/**
 * The parts of an engine's name, checked.
 *
 * @throws DomainError.
 */
export function parseChoice(choice: string | undefined): {
  executor: "auto" | "jax" | "onnx";
  device: string | undefined;
} {
  const fromEnvironment = environment.process?.env?.PUSHFORWARD_ENGINE || undefined;
  const asked = String(choice ?? fromEnvironment ?? "auto");
  const [executor, device, ...more] = asked.split(":");
  const known =
    (asked === "auto" || executor === "jax" || executor === "onnx") &&
    more.length === 0 &&
    device !== "" &&
    (executor !== "jax" || device === undefined || jaxDevices.includes(device as JaxDevice));
  if (known) return { executor: executor as "auto", device };
  const where = choice === undefined ? "PUSHFORWARD_ENGINE" : "engine";
  throw new DomainError(
    `${where}: there is no "${asked}". Take auto, onnx, onnx:<execution provider>, jax, ` +
      `${jaxDevices.map((each) => `jax:${each}`).join(", ")}.`,
  );
}

async function onnxOr(
  jax: Executor,
  provider: string,
  kind: "auto" | "onnx",
  notify: Notify,
): Promise<Executor> {
  // A page without ONNX Runtime is not missing anything.
  if (kind === "auto" && !mayHaveOnnxRuntime()) return jax;
  try {
    const { createOnnxExecutor } = await import("./onnx/onnx-executor.ts");
    return await createOnnxExecutor(provider);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    notify(`${error.message}; ${jax.name} runs the programs instead.`);
    return jax;
  }
}

/** A program of the first executor, or of the second where the first cannot build it or run it at all. */
function createProgram(
  fn: (...args: never[]) => Tree,
  specs: readonly SpecTree[],
  [first, second]: readonly [Executor, Executor],
  notify: Notify,
) {
  let executor = first;
  let built: Promise<BuiltProgram> | undefined;
  let hasRun = false;

  function build(): Promise<BuiltProgram> {
    built ??= executor.build(fn, specs).catch((error: unknown) => {
      built = undefined;
      return standIn(error);
    });
    return built;
  }

  /** Go over to the second executor, if it is the first that failed and it was the engine's fault. */
  function standIn(error: unknown): Promise<BuiltProgram> {
    if (executor === second || hasRun || !(error instanceof EngineError)) throw error;
    notify(`${error.message} ${second.name} runs this program instead.`);
    executor = second;
    built = undefined;
    return build();
  }

  return {
    async run(...args: unknown[]) {
      const program = await build();
      const builder = executor;
      let results: unknown;
      try {
        results = await program.run(args);
      } catch (error) {
        // Another run of the same program may have gone over already.
        const other = await (builder === executor ? standIn(error) : build());
        program.dispose();
        results = await other.run(args);
      }
      hasRun = true;
      return results;
    },
    async batchesFor(count: number) {
      await build();
      return { size: executor.batchSize(count), exact: executor.anyBatch };
    },
    dispose() {
      built?.then((program) => program.dispose()).catch(() => {});
      built = undefined;
    },
  };
}
