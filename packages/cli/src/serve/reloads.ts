import { errorLine } from "../exit-code.ts";
import type { AppParts } from "./app.ts";
import { loadServedModel, type ServedModelOptions } from "./served-model.ts";
import type { Service } from "./service.ts";
import { createTurns } from "./turns.ts";

/**
 * A function that serves what the model's file holds by now; where it cannot, the service goes on
 * as it was. When the service stops, it does nothing but wait for a call that is under way.
 */
export function createReloads(
  service: Service,
  path: string,
  options: ServedModelOptions,
  { log, isStopping }: Pick<AppParts, "log" | "isStopping">,
): () => Promise<void> {
  const turns = createTurns();
  const never = new AbortController().signal;
  const reload = async () => {
    if (isStopping()) return;
    try {
      const next = await loadServedModel(path, options);
      const { sha256 } = next;
      if (sha256 === service.served.sha256) {
        next.model.dispose();
        log.info("reload", `${path} is as it was`, { model: path, sha256 });
        return;
      }
      await service.replace(next);
      log.info("reload", `Serving the new ${path}`, { model: path, sha256 });
    } catch (error) {
      log.error("reload", `the old model stays: ${errorLine(error)}`);
    }
  };
  return () => turns(reload, never);
}
