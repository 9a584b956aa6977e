import { effect, signal } from "@preact/signals";
import { messageOf } from "../../message-of.ts";
import { type RemoteLaboratory, workerState } from "../../worker/client.ts";
import type { DigitsModel } from "../../worker/digits.ts";
import { type Card, readCard } from "./card.ts";

/** The model in the worker, and who asks it. */
export interface ModelInHand {
  readonly laboratory: RemoteLaboratory;
  readonly model: DigitsModel;
  readonly card: Card;
}

export type ModelState =
  /** Bytes, once they are known. */
  | { readonly type: "loading"; readonly bytes: number | undefined }
  | { readonly type: "ready"; readonly inHand: ModelInHand }
  | { readonly type: "failed"; readonly message: string };

export const modelState = signal<ModelState>({ type: "loading", bytes: undefined });

let attempts = 0;
let loadedInto: RemoteLaboratory | undefined;

/** Load the model when the scene is opened, and again into every new worker; returns what ends that. */
export function attendModel(): () => void {
  return effect(() => {
    const state = workerState.value;
    // Its signals are none of this effect's business.
    if (state.type === "failed") queueMicrotask(() => fail(state.message));
    else if (state.type === "opening") queueMicrotask(() => wait(undefined));
    else if (state.laboratory !== loadedInto) queueMicrotask(() => loadInto(state.laboratory));
  });
}

export function tryAgain(): void {
  const state = workerState.value;
  if (state.type === "ready") loadInto(state.laboratory);
}

async function loadInto(laboratory: RemoteLaboratory): Promise<void> {
  const own = ++attempts;
  loadedInto = laboratory;
  wait(undefined);
  try {
    const card = await fetchCard();
    if (own !== attempts) return;
    wait(card.bytes);
    const model = await laboratory.loadDigits(addressOf("digits.safetensors"));
    if (own === attempts) modelState.value = { type: "ready", inHand: { laboratory, model, card } };
  } catch (error) {
    if (own === attempts) fail(messageOf(error));
  }
}

async function fetchCard(): Promise<Card> {
  const address = addressOf("digits.json");
  const response = await fetch(address).catch((error: unknown) => {
    throw new Error(`${address} could not be fetched: ${messageOf(error)}.`);
  });
  if (!response.ok) {
    throw new Error(`${address} could not be fetched: the host answered ${response.status}.`);
  }
  return readCard(await response.json());
}

/** The page can lie in any folder of a host. */
const addressOf = (file: string) => new URL(file, document.baseURI).href;

function wait(bytes: number | undefined): void {
  modelState.value = { type: "loading", bytes };
}

/** The next visit of the scene tries again. */
function fail(message: string): void {
  loadedInto = undefined;
  modelState.value = { type: "failed", message };
}

/** What a later step fails at, other than the model's loading. */
export const problem = signal<string | undefined>(undefined);

/**
 * Ask the worker for something: failing is worth a message while the model is still the one in hand. Ends with the
 * model, too: a worker that was replaced never answers.
 */
export async function attempt(inHand: ModelInHand, work: () => Promise<void>): Promise<void> {
  const { left, stop } = watchLeaving(inHand);
  try {
    await Promise.race([work(), left]);
    if (isInHand(inHand)) problem.value = undefined;
  } catch (error) {
    if (isInHand(inHand)) problem.value = messageOf(error);
  } finally {
    stop();
  }
}

/** The time at which another model, or none, is in hand. */
function watchLeaving(inHand: ModelInHand): { left: Promise<void>; stop: () => void } {
  let stop = () => {};
  const left = new Promise<void>((resolve) => {
    stop = modelState.subscribe(() => {
      if (!isInHand(inHand)) resolve();
    });
  });
  return { left, stop };
}

export function isInHand(inHand: ModelInHand): boolean {
  const state = modelState.peek();
  return state.type === "ready" && state.inHand === inHand;
}
