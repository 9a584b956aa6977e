import { gaussLegendre } from "./quadrature.mjs";
import { logSumExp } from "./stable.mjs";

/** @typedef {import("./targets.mjs").Random} Random */

/**
 * A curve in the plane and a density on its parameter.
 * @typedef {object} Curve
 * @property {readonly [number, number]} interval the parameter's
 * @property {(t: number) => readonly [number, number]} at
 * @property {(t: number) => number} density of the parameter on its interval
 * @property {(u: number) => number} quantile of the parameter
 * @property {number} length of the curve, or more
 */

/** Nodes of a panel, which is at most two deviations of the noise long. */
const NODES_PER_PANEL = 8;

/**
 * Points on curves, each curve as probable as the others, with round normal noise:
 * `p(x) = mean over curves of int density(t) N(x; at(t), deviation^2 I) dt`, the integral by
 * Gauss-Legendre rules on panels so short that it is exact to double precision or nearly.
 * @param {readonly Curve[]} curves @param {number} deviation
 */
export function noisyCurves(curves, deviation) {
  const nodes = curves.flatMap((curve) => nodesOf(curve, deviation));
  const xs = Float64Array.from(nodes, ({ x }) => x);
  const ys = Float64Array.from(nodes, ({ y }) => y);
  const logWeights = Float64Array.from(nodes, ({ weight }) => Math.log(weight / curves.length));
  const logPeak = -Math.log(2 * Math.PI * deviation ** 2);
  const precision = 1 / (2 * deviation ** 2);
  const terms = new Float64Array(nodes.length);

  /** @param {number} x @param {number} y */
  function logDensity(x, y) {
    for (let i = 0; i < terms.length; i++) {
      const dx = x - xs[i];
      const dy = y - ys[i];
      terms[i] = logWeights[i] - precision * (dx * dx + dy * dy);
    }
    return logPeak + logSumExp(terms);
  }

  /** @param {Random} random @returns {[number, number]} */
  function draw(random) {
    const curve = curves[random.integer(curves.length)];
    const [x, y] = curve.at(curve.quantile(random.uniform()));
    return [x + deviation * random.normal(), y + deviation * random.normal()];
  }

  return { draw, logDensity };
}

/** @param {Curve} curve @param {number} deviation */
function nodesOf({ interval: [from, to], at, density, length }, deviation) {
  const panels = Math.ceil(length / (2 * deviation));
  const width = (to - from) / panels;
  const rule = gaussLegendre(NODES_PER_PANEL);
  return Array.from({ length: panels }, (_, panel) =>
    rule.map(({ node, weight }) => {
      const t = from + width * (panel + (1 + node) / 2);
      const [x, y] = at(t);
      return { x, y, weight: (width / 2) * weight * density(t) };
    }),
  ).flat();
}
