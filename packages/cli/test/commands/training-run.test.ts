import { realNVP } from "pushforward";
import { expect, test } from "vitest";
import { failureOf } from "../../src/commands/compare.ts";
import { natsPerRow, trainWithProgress } from "../../src/commands/training-run.ts";

const rows = Array.from({ length: 60 }, (_, row) => [Math.sin(row), Math.cos(3 * row)]);

test("training that gives up names options of the command, and no others", async () => {
  const said: string[] = [];
  const console = { width: 80, print: () => {}, note: (line: string) => void said.push(line) };
  const job = {
    flow: realNVP({ features: 2, layers: 2, hidden: [4] }),
    rows,
    options: { steps: 20, learningRate: 1e38 },
    checkpoint: undefined,
    loss: natsPerRow,
  };
  const error = await trainWithProgress(job, console).catch((error: Error) => error);
  expect(error).toMatchObject({
    code: "not-finite",
    message: expect.stringMatching(/or take a smaller --learning-rate\.$/),
  });
  expect(said.join()).toContain("Loss or gradient not finite");
  expect([error, ...said].join()).not.toMatch(/learningRate|clip/);
  expect(failureOf(error).failure).toMatch(/^the loss or .* take a smaller --learning-rate\.$/);
});
