import { type Signal, signal } from "@preact/signals";
import { type Codecs, readSettings, writeSettings } from "./codec.ts";

/** The scenes of the page, in the order of their tabs. */
export const scenes = {
  train: "Train",
  inside: "Inside the flow",
  line: "One dimension",
  masks: "Masks",
  digits: "Digits",
} as const;

export type SceneName = keyof typeof scenes;

/** What the address says after the #: `#train?target=moons&layers=4`. */
function readAddress(): { scene: SceneName; isUnknown: boolean; given: URLSearchParams } {
  const [name = "", query = ""] = location.hash.slice(1).split("?");
  const scene = (Object.keys(scenes) as SceneName[]).find((each) => each === name);
  return {
    scene: scene ?? "train",
    isUnknown: !scene && name !== "",
    given: new URLSearchParams(query),
  };
}

/** The scene that is shown. */
export const scene: Signal<SceneName> = signal(readAddress().scene);

/** What could not be read in the link that the page was opened with. */
export const linkProblems = signal<readonly string[]>(
  readAddress().isUnknown ? ["There is no such scene."] : [],
);

/** Settings that the address holds while their scene is shown. */
interface Place {
  query(): string;
  read(given: URLSearchParams): void;
}

const places = new Map<SceneName, Place>();

/** Settings of a scene, read from the address; whoever changes them calls {@link updateAddress}. */
export function settingsInLink<S extends object>(name: SceneName, codecs: Codecs<S>): Signal<S> {
  const { scene: opened, given } = readAddress();
  const first = readSettings(codecs, opened === name ? given : new URLSearchParams());
  const settings = signal(first.settings);
  linkProblems.value = [...linkProblems.value, ...first.problems];
  places.set(name, {
    query: () => writeSettings(codecs, settings.value).toString(),
    read(next) {
      const { settings: read, problems } = readSettings(codecs, next);
      const isOther =
        writeSettings(codecs, read).toString() !== writeSettings(codecs, settings.value).toString();
      // Who only comes back to a scene finds it as it was.
      if (isOther) settings.value = read;
      linkProblems.value = problems;
    },
  });
  return settings;
}

/** The address of a scene with its settings. */
export function addressOf(name: SceneName): string {
  const query = places.get(name)?.query() ?? "";
  return `#${name}${query && `?${query}`}`;
}

/** Milliseconds that settings must rest: browsers refuse addresses that change as often as a slider that is dragged. */
const SETTLED = 300;

/** Runs while settings may still be moving. */
let settling: ReturnType<typeof setTimeout> | undefined;
let isStale = false;

/**
 * Put the settings of the scene shown into the address, without a new entry in the history: the first change at once,
 * those that follow quickly when they rest.
 */
export function updateAddress(): void {
  if (settling === undefined) writeAddress();
  else isStale = true;
  clearTimeout(settling);
  settling = setTimeout(() => {
    settling = undefined;
    if (isStale) writeAddress();
  }, SETTLED);
}

/**
 * Put settings that are still moving into the address now.
 *
 * @returns the whole address: a link to what is shown, even where the browser refuses to put it into its own bar.
 */
export function flushAddress(): string {
  if (isStale) writeAddress();
  return new URL(addressOf(scene.value), location.href).href;
}

function writeAddress(): void {
  try {
    history.replaceState(null, "", addressOf(scene.value));
    isStale = false;
  } catch {
    // Too many changes in a short time, says the browser; the next one is written again.
    isStale = true;
  }
}

/** Follow links and the back button. */
export function followAddress(): void {
  addEventListener("hashchange", () => {
    isStale = false;
    const { scene: name, given } = readAddress();
    scene.value = name;
    places.get(name)?.read(given);
  });
  // What is left by a link or for good is found by the back button as it was.
  const leaves = ({ target }: Event) => target instanceof Element && target.closest("a[href]");
  addEventListener("click", (event) => void (leaves(event) && flushAddress()), { capture: true });
  addEventListener("pagehide", flushAddress);
}
