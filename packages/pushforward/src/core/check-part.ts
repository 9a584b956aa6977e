import type { Bijector } from "./bijector.ts";
import type { Distribution } from "./distribution.ts";
import { DomainError } from "./errors.ts";

/** @throws DomainError for what is no bijector. */
export function checkBijector(who: string, part: Bijector): void {
  if (typeof part?.forwardAndLogDet === "function") return;
  throw new DomainError(
    `${who}: expected a bijector such as luLinear({ shape: [2] }), got ${describePart(part)}.`,
  );
}

/** @throws DomainError for what is no distribution. */
export function checkDistribution(who: string, part: Distribution): void {
  if (typeof part?.sampleAndLogProb === "function") return;
  throw new DomainError(
    `${who}: expected a distribution such as nsf({ features: 2 }) or normal({ shape: [2] }), got ` +
      `${describePart(part)}.`,
  );
}

/** What someone gave where a part is expected. */
export function describePart(part: unknown): string {
  const kind = (part as { kind?: unknown } | null | undefined)?.kind;
  if (typeof kind === "string") return kind;
  if (typeof part === "function") return `the function ${part.name}; call it`;
  return typeof part === "object" && part !== null ? "an object of another kind" : String(part);
}
