import type { Bijector } from "./bijector.ts";
import type { ContractiveNetwork } from "./contractive-network.ts";
import type { Distribution } from "./distribution.ts";
import type { Dynamics } from "./dynamics.ts";
import { DomainError } from "./errors.ts";
import type { AutoregressiveNetwork, ImageNetwork, Network } from "./network.ts";
import type { Transformer } from "./transformer.ts";

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

/** @throws DomainError for what is no contractive network. */
export function checkContractiveNetwork(who: string, part: ContractiveNetwork): void {
  if (typeof part?.linearize === "function") return;
  throw new DomainError(
    `${who}: the network must be a contraction such as lipschitzMlp(); got ${describePart(part)}.`,
  );
}

/** @throws DomainError for what is no dynamics: other networks take no time. */
export function checkDynamics(who: string, part: Dynamics): void {
  if (part?.takesTime === true) return;
  throw new DomainError(
    `${who}: dynamics must be a network of state and time such as concatSquash(), or one of your own from ` +
      `defineDynamics; got ${describePart(part)}.`,
  );
}

/**
 * Check that a layer of scalar maps got its two parts, the map and the network that gives its parameters.
 *
 * @param method what the conditioner must have: coupling networks have `apply` alone, autoregressive ones
 * `unfold` too, those of images `applyToImages`.
 * @param example of a conditioner.
 * @throws DomainError when one is missing or of another kind.
 */
export function checkScalarMap(
  who: string,
  transformer: Transformer,
  conditioner: Network | AutoregressiveNetwork | ImageNetwork,
  method: "apply" | "unfold" | "applyToImages",
  example: string,
): void {
  if (typeof transformer?.parameterCount !== "number") {
    throw new DomainError(
      `${who}: the transformer must be one of pushforward/transformers, such as affine(); got ` +
        `${describePart(transformer)}.`,
    );
  }
  const has = (name: string) =>
    typeof (conditioner as unknown as Record<string, unknown> | undefined)?.[name] === "function";
  if (has(method) && (method !== "apply" || !has("unfold"))) return;
  throw new DomainError(
    `${who}: the conditioner must be a network such as ${example}; got ${describePart(conditioner)}.`,
  );
}

/** What someone gave where a part is expected. */
function describePart(part: unknown): string {
  const kind = (part as { kind?: unknown } | null | undefined)?.kind;
  if (typeof kind === "string") return kind;
  if (typeof part === "function") return `the function ${part.name}; call it`;
  return typeof part === "object" && part !== null ? "an object of another kind" : String(part);
}
