import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { EngineChooser } from "./components/engine-chooser.tsx";
import { Notice } from "./components/notice.tsx";
import { ThemeChooser } from "./components/theme-chooser.tsx";
import { addressOf, linkProblems, type SceneName, scene, scenes } from "./link/place.ts";
import { DigitsScene } from "./scenes/digits/digits-scene.tsx";
import { InsideScene } from "./scenes/inside/inside-scene.tsx";
import { LineScene } from "./scenes/line/line-scene.tsx";
import { MasksScene } from "./scenes/masks/masks-scene.tsx";
import { TrainScene } from "./scenes/train/train-scene.tsx";
import { change } from "./scenes/train/training-state.ts";
import { fallback, startWorker } from "./worker/client.ts";

const sceneOf: Record<SceneName, ComponentType> = {
  train: TrainScene,
  inside: InsideScene,
  line: LineScene,
  masks: MasksScene,
  digits: DigitsScene,
};

export function App() {
  useEffect(startWorker, []);
  useEffect(() => {
    document.title = `${scenes[scene.value]} · pushforward playground`;
  }, [scene.value]);
  const Scene = sceneOf[scene.value];
  return (
    <>
      <button type="button" class="skip" onClick={focusStage}>
        Skip to the scene
      </button>
      <header class="masthead">
        <h1>
          pushforward <span>playground</span>
        </h1>
        <nav aria-label="Scenes">
          {(Object.keys(scenes) as SceneName[]).map((name) => (
            <a
              key={name}
              href={addressOf(name)}
              aria-current={name === scene.value ? "page" : undefined}
            >
              {scenes[name]}
            </a>
          ))}
        </nav>
        <div class="preferences">
          <EngineChooser onChange={(engine) => change({ engine })} />
          <ThemeChooser />
        </div>
      </header>
      <main id="stage" tabIndex={-1}>
        {linkProblems.value.length > 0 && (
          <div class="notice warning" role="alert">
            <p>{linkProblems.value.join(" ")} The usual value was taken instead.</p>
            <button type="button" onClick={() => (linkProblems.value = [])}>
              Dismiss
            </button>
          </div>
        )}
        {fallback.value && <Notice>{fallback.value}</Notice>}
        <Scene />
      </main>
      <footer>
        Everything is computed in this page, in a worker of your browser; nothing is sent anywhere.
      </footer>
    </>
  );
}

/** The address belongs to the scenes, so that no link can jump to a part of the page. */
function focusStage() {
  document.getElementById("stage")?.focus();
}
