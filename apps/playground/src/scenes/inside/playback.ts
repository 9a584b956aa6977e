import { useEffect, useRef, useState } from "preact/hooks";
import { place, settings, ways } from "./way-state.ts";

/** Milliseconds that the way rests at its ends. */
const REST = 600;

/** Go on through the layers, to the data and back again, until stopped. */
export function usePlayback() {
  const [isPlaying, setPlaying] = useState(false);
  const direction = useRef(1);

  useEffect(() => {
    if (!isPlaying) return;
    let frame = 0;
    let before = performance.now();
    let restUntil = 0;
    const move = (now: number) => {
      const last = (ways.value?.grid.stages.length ?? 1) - 1;
      if (now >= restUntil) {
        const next =
          place.value + (direction.current * (now - before)) / (1000 * settings.value.pace);
        place.value = Math.max(0, Math.min(last, next));
        if (next >= last || next <= 0) {
          direction.current = next <= 0 ? 1 : -1;
          restUntil = now + REST;
        }
      }
      before = now;
      frame = requestAnimationFrame(move);
    };
    frame = requestAnimationFrame(move);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying]);

  return {
    isPlaying,
    toggle: () => setPlaying(!isPlaying),
    stop: () => setPlaying(false),
  };
}
