import { exitCodes } from "../exit-code.ts";

/** What is done when the service is told something from outside. */
export interface SignalHandlers {
  /** Ctrl-C, or `kill`. */
  stop(): void;
  /** `kill -HUP`. */
  reload(): void;
}

/**
 * Listens to signals until the returned function is called. A second one to stop ends the process
 * at once.
 */
export function onSignals({ stop, reload }: SignalHandlers): () => void {
  let stopping = false;
  const stopOnce = () => {
    if (stopping) process.exit(exitCodes.interrupted);
    stopping = true;
    stop();
  };
  process.on("SIGTERM", stopOnce).on("SIGINT", stopOnce).on("SIGHUP", reload);
  return () => {
    process.off("SIGTERM", stopOnce).off("SIGINT", stopOnce).off("SIGHUP", reload);
  };
}
