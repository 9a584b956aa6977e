import { transfer } from "comlink";
import { cdfFlow, type EngineChoice, type FitRun, fit } from "pushforward";
import { createGate } from "./gate.ts";
import { plainError } from "./plain-error.ts";

/** A learned distribution function, and the numbers to learn it from. */
export interface LineTask {
  /** The base. */
  readonly onto: "uniform" | "beta" | "normal";
  readonly components: number;
  readonly steps: number;
  readonly seed: number;
  readonly rows: Float32Array;
  readonly heldOut: Float32Array;
  /** Where the map and the density are wanted. */
  readonly grid: Float32Array;
}

/** The flow after a step. */
export interface LinePicture {
  readonly step: number;
  /** `z = f(x)` on the grid. */
  readonly z: Float32Array;
  /** `log p_X(x)` on the grid, nats. */
  readonly logDensity: Float32Array;
  /** Mean over the held-out numbers, nats. */
  readonly logLikelihood: number;
}

/** Draws of the base, and where the flow takes them. */
export interface LineDraws {
  /** The step after which the flow took them there. */
  readonly step: number;
  readonly z: Float32Array;
  readonly x: Float32Array;
}

export type LineEvent =
  | { readonly type: "picture"; readonly picture: LinePicture }
  | { readonly type: "notice"; readonly message: string }
  | { readonly type: "done" };

/** Milliseconds between pictures, and how often as long as one took. */
const SHORTEST_WAIT = 50;
const SHARE = 3;

const settings = { batchSize: 256, learningRate: 0.03, schedule: "cosine" } as const;

export function createLine(engine: EngineChoice) {
  let current: ReturnType<typeof openRun> | undefined;
  /** Milliseconds that a step takes at least. */
  let pace = 0;

  function openRun(task: LineTask, tell: (event: LineEvent) => void) {
    const { onto, components, steps, seed } = task;
    const stop = new AbortController();
    const gate = createGate();
    gate.close();
    let step = 0;
    let rest = openRest();
    let nextPicture = 0;
    let isFirst = true;
    let lastStep = performance.now();
    const asRows = (data: Float32Array) => ({ data, shape: [data.length, 1] });
    const scored = Float32Array.from([...task.grid, ...task.heldOut]);

    async function paint() {
      const start = performance.now();
      const model = await run.current();
      const z = (await model.encode(asRows(task.grid))).data;
      const all = await model.logProb(asRows(scored));
      const logDensity = all.slice(0, task.grid.length);
      const held = all.subarray(task.grid.length);
      const logLikelihood = held.reduce((sum, each) => sum + each / held.length, 0);
      // The first one holds the building of programs.
      const wait = isFirst ? 0 : SHARE * (performance.now() - start);
      isFirst = false;
      nextPicture = performance.now() + Math.max(SHORTEST_WAIT, wait);
      if (stop.signal.aborted) return;
      const picture = { step, z, logDensity, logLikelihood };
      tell(transfer({ type: "picture", picture }, [z.buffer, logDensity.buffer]));
    }

    const run: FitRun = fit(cdfFlow({ features: 1, onto, components }), asRows(task.rows), {
      ...settings,
      steps,
      seed,
      dequantize: "none",
      // All of the numbers are learned from: that few can be learned by heart is to be seen.
      validation: asRows(task.rows),
      batchSize: Math.min(settings.batchSize, task.rows.length),
      validateEvery: 25,
      patience: Number.POSITIVE_INFINITY,
      engine,
      signal: stop.signal,
      async onProgress(progress) {
        if (stop.signal.aborted) return;
        // What is told before the first step is about rows of tables.
        if (progress.type === "notice" && step > 0)
          tell({ type: "notice", message: progress.message });
        if (progress.type !== "step") return;
        step = progress.step;
        // After the last one the best weights are shown.
        if (step === steps) return;
        const isDue = performance.now() >= nextPicture;
        if (isDue) await paint();
        const early = pace - (performance.now() - lastStep);
        if (early > 0 && !gate.isClosed()) {
          await new Promise((resolve) => setTimeout(resolve, early));
        }
        if (gate.isClosed()) {
          // What is seen at rest is the flow as it is.
          if (!isDue) await paint();
          rest.begin();
          await gate.passed();
          rest = openRest();
        }
        lastStep = performance.now();
      },
    });

    async function end(): Promise<void> {
      try {
        const finished = await run;
        finished.dispose();
        await paint();
        if (!stop.signal.aborted) tell({ type: "done" });
      } catch (error) {
        if (!stop.signal.aborted) throw error;
      } finally {
        rest.begin();
      }
    }

    const ended = end();
    ended.catch(() => {});
    return {
      gate,
      ended,
      async draw(count: number, seed: number): Promise<LineDraws> {
        gate.close();
        await rest.begun;
        stop.signal.throwIfAborted();
        const model = await run.current();
        const { data: x } = await model.sample(count, { seed });
        const { data: z } = await model.encode({ data: x, shape: [count, 1] });
        return transfer({ step, z, x }, [z.buffer, x.buffer]);
      },
      async close() {
        stop.abort();
        gate.open();
        await ended.catch(() => {});
        const model = await run.current().catch(() => undefined);
        model?.dispose();
      },
    };
  }

  /** The last training ends before the next begins, which it would only slow down. */
  let closing = Promise.resolve();
  let opened = 0;

  async function close() {
    const closed = current;
    current = undefined;
    await closed?.close();
  }

  return {
    /** Prepare a training, which waits after its first step; resolves when it is done or given up. */
    async openLine(task: LineTask, tell: (event: LineEvent) => void): Promise<void> {
      const turn = ++opened;
      closing = closing.then(close);
      await closing;
      if (turn !== opened) return;
      const own = openRun(task, tell);
      current = own;
      await own.ended.catch((error: unknown) => {
        throw plainError(error);
      });
    },
    playLine: () => current?.gate.open(),
    pauseLine: () => current?.gate.close(),
    stepLine: () => current?.gate.openOnce(),
    /** A step takes at least that many milliseconds, so that it can be watched. */
    paceLine(milliseconds: number) {
      pace = milliseconds;
    },
    /** Draw from the base and send it through the flow, which stops learning until it is told to go on. */
    drawLine(count: number, seed: number): Promise<LineDraws> {
      if (!current) throw new Error("There is no flow to draw from yet.");
      return current.draw(count, seed);
    },
  };
}

/** The time at which a training has come to rest. */
function openRest() {
  let begin: () => void = () => {};
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return { begin, begun };
}
