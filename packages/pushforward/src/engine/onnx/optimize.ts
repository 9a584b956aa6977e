import type { Graph } from "./graph.ts";
import { foldAlgebra } from "./passes/algebra.ts";
import { absorbBias } from "./passes/bias.ts";
import { makeBroadcastsLazy } from "./passes/broadcast.ts";
import { simplifyConstants } from "./passes/constants.ts";
import { removeDeadCode } from "./passes/dead-code.ts";
import { recognizeDots } from "./passes/dots.ts";
import { joinPads } from "./passes/pad-to-concat.ts";
import { joinSplits } from "./passes/splits.ts";
import { collapseViews } from "./passes/views.ts";

/** In the order that each pass needs: see their own comments. */
const passes = [
  removeDeadCode,
  simplifyConstants,
  makeBroadcastsLazy,
  foldAlgebra,
  joinPads,
  joinSplits,
  recognizeDots,
  collapseViews,
  absorbBias,
  removeDeadCode,
];

/** Rewrite a traced program to an equal one that runs faster as ONNX operators. */
export function optimize(graph: Graph): Graph {
  return passes.reduce((current, pass) => pass(current), graph);
}
