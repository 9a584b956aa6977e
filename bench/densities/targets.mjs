import { noisyCurves } from "./noisy-curves.mjs";
import { integrate } from "./quadrature.mjs";
import { logNormal, logSumExp } from "./stable.mjs";

/** @typedef {import("../../packages/pushforward/dist/numerics/host-random.js").HostRandom} Random */

/**
 * A density in the plane that is known exactly.
 * @typedef {object} Target
 * @property {string} id
 * @property {string} title
 * @property {string} about one line: what it is, and whose
 * @property {(random: Random) => [number, number]} draw an exact, independent draw
 * @property {(x: number, y: number) => number} logDensity nats, in double precision
 * @property {import("./quadrature.mjs").Grid} grid all of the mass, in cells that resolve it
 * @property {{ x: readonly [number, number], y: readonly [number, number] }} view what a picture shows
 */

/** @type {readonly Target[]} */
export const targets = [
  twoMoons(),
  eightGaussians(),
  pinwheel(),
  twoSpirals(),
  checkerboard(),
  rings(),
  banana(),
  rezende(),
];

/** @returns {Target} */
function twoMoons() {
  const half = {
    interval: /** @type {const} */ ([0, Math.PI]),
    density: () => 1 / Math.PI,
    quantile: (/** @type {number} */ u) => Math.PI * u,
    length: Math.PI,
  };
  return {
    id: "moons",
    title: "two moons",
    about: "two half circles of radius 1, normal noise of deviation 0.1 (scikit-learn's)",
    ...noisyCurves(
      [
        { ...half, at: (t) => [Math.cos(t), Math.sin(t)] },
        { ...half, at: (t) => [1 - Math.cos(t), 0.5 - Math.sin(t)] },
      ],
      0.1,
    ),
    grid: { x: [-2, 3], y: [-1.5, 2], cell: 0.1 },
    view: { x: [-1.4, 2.4], y: [-1.65, 2.15] },
  };
}

/** @returns {Target} */
function eightGaussians() {
  const [radius, deviation] = [4, 0.5];
  const centres = Array.from({ length: 8 }, (_, k) => {
    const angle = (Math.PI * k) / 4;
    return /** @type {const} */ ([radius * Math.cos(angle), radius * Math.sin(angle)]);
  });
  return {
    id: "gaussians",
    title: "eight Gaussians",
    about: "round normals of deviation 0.5 on a circle of radius 4 (FFJORD's)",
    draw: (random) => {
      const [x, y] = centres[random.integer(8)];
      return [x + deviation * random.normal(), y + deviation * random.normal()];
    },
    logDensity: (x, y) =>
      logSumExp(
        centres.map(([cx, cy]) => logNormal(x, cx, deviation) + logNormal(y, cy, deviation)),
      ) - Math.log(8),
    grid: { x: [-8, 8], y: [-8, 8], cell: 0.5 },
    view: { x: [-5.8, 5.8], y: [-5.8, 5.8] },
  };
}

/**
 * Johnson et al. 2016 (arXiv:1603.06277) turn each point by an angle that depends on its place along
 * the blade. Here the angle depends on the distance from the origin, so that the map keeps areas and
 * its inverse is exact; the pictures are the same but for the blades' roots.
 * @returns {Target}
 */
function pinwheel() {
  const [blades, along, across, rate] = [5, 0.3, 0.1, 0.25];
  /** @param {number} x @param {number} y */
  const twist = (x, y) => rate * Math.exp(Math.hypot(x, y));
  return {
    id: "pinwheel",
    title: "pinwheel",
    about:
      "five normals of deviations 0.3 and 0.1, turned by 0.25 exp(radius) (after Johnson et al. 2016)",
    draw: (random) => {
      const [x, y] = [1 + along * random.normal(), across * random.normal()];
      const blade = (2 * Math.PI * random.integer(blades)) / blades;
      return turned(x, y, blade + twist(x, y));
    },
    logDensity: (x, y) => {
      const terms = Array.from({ length: blades }, (_, k) => {
        const [a, b] = turned(x, y, -twist(x, y) - (2 * Math.PI * k) / blades);
        return logNormal(a, 1, along) + logNormal(b, 0, across);
      });
      return logSumExp(terms) - Math.log(blades);
    },
    grid: { x: [-3.2, 3.2], y: [-3.2, 3.2], cell: 0.02 },
    view: { x: [-2.1, 2.1], y: [-2.1, 2.1] },
  };
}

/** @param {number} x @param {number} y @param {number} angle @returns {[number, number]} */
function turned(x, y, angle) {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return [cos * x - sin * y, sin * x + cos * y];
}

/** @returns {Target} */
function twoSpirals() {
  const end = 3 * Math.PI;
  const arm = {
    interval: /** @type {const} */ ([0, end]),
    density: (/** @type {number} */ t) => (2 * t) / end ** 2,
    quantile: (/** @type {number} */ u) => end * Math.sqrt(u),
    // The integral of sqrt(1 + t^2) / 3.
    length: (end * Math.hypot(1, end) + Math.asinh(end)) / 6,
  };
  return {
    id: "spirals",
    title: "two spirals",
    about:
      "arms of one and a half turns out to radius pi, normal noise of deviation 0.1 (FFJORD's)",
    ...noisyCurves(
      [1, -1].map((side) => ({
        ...arm,
        at: (t) => [(-side * t * Math.cos(t)) / 3, (side * t * Math.sin(t)) / 3],
      })),
      0.1,
    ),
    grid: { x: [-4.2, 4.2], y: [-4.2, 4.2], cell: 0.1 },
    view: { x: [-3.6, 3.6], y: [-3.6, 3.6] },
  };
}

/** @returns {Target} */
function checkerboard() {
  return {
    id: "checkerboard",
    title: "checkerboard",
    about: "uniform on eight squares of side 2",
    draw: (random) => {
      const [x, row] = [8 * random.uniform() - 4, random.integer(2)];
      const odd = Math.floor(x / 2) & 1;
      return [x, 2 * random.uniform() + 4 * row - 4 + 2 * odd];
    },
    logDensity: (x, y) => {
      const inside = x >= -4 && x < 4 && y >= -4 && y < 4;
      const even = ((Math.floor(x / 2) + Math.floor(y / 2)) & 1) === 0;
      return inside && even ? -Math.log(32) : -Infinity;
    },
    grid: { x: [-5, 5], y: [-5, 5], cell: 0.25 },
    view: { x: [-5, 5], y: [-5, 5] },
  };
}

/** @returns {Target} */
function rings() {
  return {
    id: "rings",
    title: "rings",
    about: "circles of radii 0.75, 1.5, 2.25 and 3, normal noise of deviation 0.08 (FFJORD's)",
    ...noisyCurves(
      [0.75, 1.5, 2.25, 3].map((radius) => ({
        interval: [0, 2 * Math.PI],
        at: (t) => [radius * Math.cos(t), radius * Math.sin(t)],
        density: () => 0.5 / Math.PI,
        quantile: (u) => 2 * Math.PI * u,
        length: 2 * Math.PI * radius,
      })),
      0.08,
    ),
    grid: { x: [-4, 4], y: [-4, 4], cell: 0.08 },
    view: { x: [-3.5, 3.5], y: [-3.5, 3.5] },
  };
}

/** @returns {Target} */
function banana() {
  return {
    id: "banana",
    title: "banana",
    about: "x2 normal of deviation 4, x1 normal of deviation 1 about x2²/4",
    draw: (random) => {
      const x2 = 4 * random.normal();
      return [x2 ** 2 / 4 + random.normal(), x2];
    },
    logDensity: (x1, x2) => logNormal(x1, x2 ** 2 / 4, 1) + logNormal(x2, 0, 4),
    grid: { x: [-10, 290], y: [-34, 34], cell: 0.5 },
    view: { x: [-5, 27], y: [-11, 11] },
  };
}

/**
 * The first energy of table 1 in Rezende and Mohamed 2015 (arXiv:1505.05770); the density is
 * `f(r) g(x)` up to its integral, with `f = exp(-((r - 2) / 0.4)^2 / 2)` and g two bells at ±2.
 * @returns {Target}
 */
function rezende() {
  const [radius, thickness, centre, spread] = [2, 0.4, 2, 0.6];
  const grid = /** @type {const} */ ({ x: [-6, 6], y: [-6, 6], cell: 0.1 });
  /** @param {number} x @param {number} y */
  const logRing = (x, y) => -0.5 * ((Math.hypot(x, y) - radius) / thickness) ** 2;
  /** @param {number} x */
  const logBells = (x) =>
    logSumExp([-0.5 * ((x - centre) / spread) ** 2, -0.5 * ((x + centre) / spread) ** 2]);
  const logIntegral = Math.log(integrate(grid, (x, y) => Math.exp(logRing(x, y) + logBells(x))));
  return {
    id: "rezende",
    title: "Rezende's U1",
    about: "exp(-U1), a ring of two halves, of Rezende and Mohamed 2015, table 1",
    draw: (random) => {
      // As r >= |y|, the ring is nowhere above 1 on |y| <= 2 and the bell's flanks outside: draw x
      // from the bells, y from that, and reject.
      for (;;) {
        const x = (random.integer(2) ? centre : -centre) + spread * random.normal();
        const [y, logCover] = drawCover(random, radius, thickness);
        if (Math.log(1 - random.uniform()) <= logRing(x, y) - logCover) return [x, y];
      }
    },
    logDensity: (x, y) => logRing(x, y) + logBells(x) - logIntegral,
    grid,
    view: { x: [-4, 4], y: [-4, 4] },
  };
}

/**
 * A draw from the density proportional to 1 on [-edge, edge] and to the flanks of a normal outside,
 * and the logarithm of that function there.
 * @param {Random} random @param {number} edge @param {number} deviation @returns {[number, number]}
 */
function drawCover(random, edge, deviation) {
  const flanks = deviation * Math.sqrt(2 * Math.PI);
  const place = (2 * edge + flanks) * random.uniform();
  if (place < 2 * edge) return [place - edge, 0];
  const z = random.normal();
  return [Math.sign(z) * edge + deviation * z, -0.5 * z ** 2];
}
