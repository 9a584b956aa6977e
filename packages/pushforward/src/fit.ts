import type { Distribution } from "./core/distribution.ts";
import type { Rows } from "./core/rows.ts";
import { Model } from "./model/model.ts";
import { type ReplaceableParameters, replaceableParameters } from "./model/model-parameters.ts";
import type { FitOptions } from "./training/options.ts";
import type { FitProgress } from "./training/progress.ts";
import { type RunView, train } from "./training/train.ts";

/**
 * A fit under way: `await` it for the model, or iterate over it for its progress. Iterating gives
 * what is reported from then on: all of it, if it begins where the fit does.
 */
export interface FitRun extends Promise<Model>, AsyncIterable<FitProgress> {
  /**
   * The model as it is after the last step that was done, to watch it learn, with the history so far; once the run
   * has ended, the model of the best validation. It is the same model each time, and each call gives it the weights of
   * that moment: save it, or copy what it computes, to keep them. Dispose of it when no more calls follow.
   *
   * @throws (rejects with) what the run fails with before its first step.
   */
  current(): Promise<Model>;
}

/**
 * Fit a flow to data by maximum likelihood.
 *
 * ```ts
 * const model = await fit(nsf({ features: 2 }), rows, { seed: 0 });
 *
 * const run = fit(nsf({ features: 2 }), rows);
 * for await (const progress of run) console.log(progress);
 * const sameModel = await run;
 * ```
 *
 * The run starts at once and does not wait for its reader. Rows are held out for validation, the
 * weights of the best validation are kept, and training stops early when they stop improving.
 * Equal seeds give equal results on one machine.
 *
 * @param flow a flow such as `nsf({ features: 2 })`, or any distribution with parameters.
 * @param rows `[n, ...event]` in the units of the data; the standardisation is part of the model.
 * @throws (rejects with) ShapeError, ConditionError, DomainError, DataError for input that makes no
 * sense; NotFiniteError when training cannot be kept finite; the signal's reason when aborted.
 */
export function fit(flow: Distribution, rows: Rows, options: FitOptions = {}): FitRun {
  let end = openLink<FitProgress>();
  let start: (view: RunView) => void = () => {};
  const started = new Promise<RunView>((resolve) => {
    start = resolve;
  });
  let watched: { model: Model; parameters: ReplaceableParameters } | undefined;

  async function drive(): Promise<Model> {
    const steps = train(flow, rows, options, (view) => start(view));
    try {
      for (;;) {
        const { value, done } = await steps.next();
        if (done) return new Model(value);
        const next = openLink<FitProgress>();
        end.close({ value, next: next.link });
        end = next;
        await options.onProgress?.(value);
      }
    } finally {
      // Where `onProgress` threw, the run is still in the middle and has arrays to free.
      await steps.return(undefined as never);
      end.close(null);
    }
  }

  /** Everything reported from now on, then the failure if there was one. */
  async function* follow(from: Promise<Link<FitProgress>>): AsyncGenerator<FitProgress, void> {
    for (let link = await from; link; link = await link.next) yield link.value;
    await model;
  }

  async function current(): Promise<Model> {
    const {
      layout,
      parameters: weightsNow,
      ...about
    } = await Promise.race([started, model.then(() => started)]);
    const weights = await weightsNow();
    if (watched) watched.parameters.replace(weights);
    else {
      const parameters = replaceableParameters(layout, weights);
      watched = { model: new Model({ ...about, parameters }), parameters };
    }
    return watched.model;
  }

  const model = drive();
  // Whoever only iterates hears of a failure there; it must not be "unhandled" as well.
  model.catch(() => {});
  return Object.assign(model, { current, [Symbol.asyncIterator]: () => follow(end.link) });
}

/**
 * A report and the promise of the next one; `null` after the last. Readers each hold on to their
 * own place in the list, so that what all of them have read can be freed.
 */
type Link<T> = { readonly value: T; readonly next: Promise<Link<T>> } | null;

function openLink<T>() {
  let close: (link: Link<T>) => void = () => {};
  const link = new Promise<Link<T>>((resolve) => {
    close = resolve;
  });
  return { link, close };
}
