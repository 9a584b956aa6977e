import { fit } from "pushforward";
import { residualFlow } from "pushforward/flows";
import { expect, test } from "vitest";
import { hostRandom } from "../../src/numerics/host-random.ts";
import { isBesideOnnx } from "../support/engines.ts";

const features = 9;
const source = hostRandom(2);
const rows = Array.from({ length: 300 }, () => {
  const shared = source.normal();
  return Array.from({ length: features }, (_, i) => shared * (i % 3) + source.normal());
});

test.skipIf(isBesideOnnx)(
  "a series cut off at random trains, and a resumed run repeats the uninterrupted one",
  async () => {
    const flow = residualFlow({ features, layers: 2, hidden: [8] });
    const settings = { seed: 3, batchSize: 64, learningRate: 1e-2, validateEvery: 8 };
    let checkpoint: Uint8Array | undefined;
    const whole = await fit(flow, rows, {
      ...settings,
      steps: 16,
      checkpointEvery: 8,
      onCheckpoint: (bytes) => {
        checkpoint ??= bytes;
      },
    });
    const resumed = await fit(flow, rows, { ...settings, steps: 16, resume: checkpoint! });
    expect(await resumed.logProb(rows)).toEqual(await whole.logProb(rows));
    const [first, last] = [whole.history[0]!, whole.history.at(-1)!];
    expect(last.validation).toBeLessThan(first.validation);
  },
);
