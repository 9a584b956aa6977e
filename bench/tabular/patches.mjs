/** @typedef {import("../../packages/pushforward/dist/numerics/host-random.js").HostRandom} Random */
/** @typedef {import("./tables.mjs").Table} Table */
/** @typedef {{ data: ArrayLike<number>, shape: number[] }} Pixels */

const SIDE = 8;
const PIXELS = SIDE ** 2;

/**
 * Patches at random places of pictures, each place as probable as the others.
 * @param {readonly Pixels[]} stacks `[pictures, height, width]` each @param {number} count
 * @param {Random} random @returns {Table}
 */
export function drawPatches(stacks, count, random) {
  const places = stacks.map(({ shape: [pictures, height, width] }) => ({
    pictures,
    rows: height - SIDE + 1,
    columns: width - SIDE + 1,
  }));
  const totals = places.map(({ pictures, rows, columns }) => pictures * rows * columns);
  const total = totals.reduce((sum, each) => sum + each, 0);
  return prepared(count, random, (patch) => {
    let place = random.integer(total);
    let stack = 0;
    while (place >= totals[stack]) place -= totals[stack++];
    const { data, shape } = stacks[stack];
    const [, height, width] = shape;
    const { rows, columns } = places[stack];
    const column = place % columns;
    const row = Math.floor(place / columns) % rows;
    const picture = Math.floor(place / columns / rows);
    const from = (picture * height + row) * width + column;
    for (let i = 0; i < PIXELS; i++) {
      patch[i] = data[from + Math.floor(i / SIDE) * width + (i % SIDE)];
    }
  });
}

/** Patches that were drawn already. @param {Pixels} pixels `[count, 64]` @param {Random} random */
export function patchesOf({ data, shape: [count] }, random) {
  return prepared(count, random, (patch, index) => {
    for (let i = 0; i < PIXELS; i++) patch[i] = data[index * PIXELS + i];
  });
}

/**
 * Pixels with uniform noise as shares of the brightest, less the patch's mean; the last is left out, as
 * it is minus the sum of the others (Zoran and Weiss 2011; Uria et al. 2013).
 * @param {number} count @param {Random} random
 * @param {(patch: Float64Array, index: number) => void} fill
 * @returns {Table}
 */
function prepared(count, random, fill) {
  const data = new Float64Array(count * (PIXELS - 1));
  const patch = new Float64Array(PIXELS);
  for (let index = 0; index < count; index++) {
    fill(patch, index);
    let mean = 0;
    for (let i = 0; i < PIXELS; i++) {
      patch[i] = (patch[i] + random.uniform()) / 256;
      mean += patch[i] / PIXELS;
    }
    const from = index * (PIXELS - 1);
    for (let i = 0; i < PIXELS - 1; i++) data[from + i] = patch[i] - mean;
  }
  return { data, shape: [count, PIXELS - 1] };
}
