/** Milliseconds after which long work lets timers, signals and the page have their turn. */
const BREATH = 40;

/**
 * A function to await again and again in a long loop: it pauses whenever 40 ms have passed since it
 * last did. On WebAssembly awaiting results is no pause, for they are there at once.
 */
export function createBreather(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  };
}
