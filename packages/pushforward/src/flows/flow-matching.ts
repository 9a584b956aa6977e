import type { Flow } from "../core/distribution.ts";
import type { FlowMatching as Matching } from "../core/velocity-field.ts";
import { type ContinuousFlowOptions, continuousFlow } from "./continuous-flow.ts";

export interface FlowMatchingOptions
  extends Omit<ContinuousFlowOptions, "layers">,
    Partial<Matching> {}

/**
 * The flow of {@link ffjord}, trained by flow matching: its velocity is fitted to straight paths from draws of the
 * base to rows of the data, and no equation is solved (Lipman et al. 2023, arXiv:2210.02747; pairs by optimal
 * transport in groups of at most 64 rows of a batch, Tong et al. 2024, arXiv:2302.00482). Its density is exact, too, but not what was trained.
 *
 * Default: one layer whose network has three hidden layers of 64 units, paths without noise.
 *
 * @throws DomainError for `layers`, since one alone is matched, sizes that are not positive integers, or settings that
 * {@link continuous} refuses.
 */
export function flowMatching(options: FlowMatchingOptions): Flow {
  const { coupling, deviation, hidden = [64, 64, 64] } = options;
  const matching = { ...(coupling && { coupling }), ...(deviation !== undefined && { deviation }) };
  const given = { ...options, hidden };
  return continuousFlow("flow-matching", given, { matching }, ["coupling", "deviation"]);
}
