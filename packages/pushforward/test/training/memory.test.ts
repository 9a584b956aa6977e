import { fit, nsf } from "pushforward";
import { expect, test } from "vitest";
import { correlatedNormal } from "../support/draws.ts";
import { liveBuffers } from "../support/live-buffers.ts";

const MEGABYTE = 2 ** 20;

test("300 steps with validations and checkpoints leave nothing behind", async () => {
  const buffers: number[] = [];
  const resident: number[] = [];
  // Large enough for a leak to be seen: weights and moments take 1.7 MB, 500 MB in 300 steps.
  const flow = nsf({ features: 2, layers: 2, hidden: [256, 256] });
  const model = await fit(flow, correlatedNormal(200, 1), {
    steps: 360,
    batchSize: 16,
    validateEvery: 30,
    patience: Infinity,
    checkpointEvery: 20,
    onCheckpoint: async () => {
      buffers.push(await liveBuffers());
      resident.push(process.memoryUsage().rss / MEGABYTE);
    },
  });
  model.dispose();
  // By step 60 every program has run, and its constants are there to stay.
  const [start, ...later] = buffers.slice(2);
  expect(later).toEqual(later.map(() => start));
  const growth = Math.max(...resident.slice(2)) - resident[2]!;
  expect(growth, "growth in MB, before the garbage collector had to run").toBeLessThan(200);
});
