import { describePart } from "../core/check-part.ts";
import { DomainError } from "../core/errors.ts";
import type { AutoregressiveNetwork, Network } from "../core/network.ts";
import type { Transformer } from "../core/transformer.ts";

/**
 * Check that a layer got the parts that it is made of.
 *
 * @param method what the conditioner must have: coupling networks have `apply` alone, autoregressive ones
 * `unfold` too.
 * @param example of a conditioner.
 * @throws DomainError when one is missing or of another kind.
 */
export function checkParts(
  who: string,
  transformer: Transformer,
  conditioner: Network | AutoregressiveNetwork,
  method: "apply" | "unfold",
  example: string,
): void {
  if (typeof transformer?.parameterCount !== "number") {
    throw new DomainError(
      `${who}: the transformer must be one of pushforward/transformers, such as affine(); got ` +
        `${describePart(transformer)}.`,
    );
  }
  const isAutoregressive = typeof conditioner === "object" && "unfold" in conditioner;
  const fits = method === "unfold" ? isAutoregressive : !isAutoregressive;
  if (typeof conditioner?.apply === "function" && fits) return;
  throw new DomainError(
    `${who}: the conditioner must be a network such as ${example}; got ${describePart(conditioner)}.`,
  );
}
