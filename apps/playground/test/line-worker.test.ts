import { describe, expect, test } from "vitest";
import { randomOf } from "../src/data/random.ts";
import { type Base, bases } from "../src/scenes/line/bases.ts";
import { grid, integralOf, valueAt } from "../src/scenes/line/tabulated.ts";
import { drawNumbers, meanLogDensity, targets } from "../src/scenes/line/targets.ts";
import { createLine, type LineEvent, type LinePicture, type LineTask } from "../src/worker/line.ts";

const STEPS = 120;

function taskFor(onto: LineTask["onto"]): LineTask {
  const random = randomOf(1);
  return {
    onto,
    components: 6,
    steps: STEPS,
    seed: 0,
    rows: drawNumbers(targets.bumps, 600, random),
    heldOut: drawNumbers(targets.bumps, 500, random),
    grid,
  };
}

/** What is told, to be waited for. */
function listen() {
  const events: LineEvent[] = [];
  let wake: () => void = () => {};
  const pictures = () => events.flatMap((event) => (event.type === "picture" ? event.picture : []));
  return {
    events,
    tell(event: LineEvent) {
      events.push(event);
      wake();
    },
    async pictureAfter(step: number): Promise<LinePicture> {
      for (;;) {
        const found = pictures().find((picture) => picture.step >= step);
        if (found) return found;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** Mass of [a, b] under the learned density, and under the base between the images of a and b. */
function massesOf({ z, logDensity }: LinePicture, base: Base, [a, b]: readonly [number, number]) {
  const data = integralOf(
    logDensity.map((each) => Math.exp(each)),
    a,
    b,
  );
  return [data, base.cdf(valueAt(z, b)) - base.cdf(valueAt(z, a))] as const;
}

describe.each(["uniform", "beta", "normal"] as const)("a flow on the line onto %s", (onto) => {
  test("keeps mass at every step, learns, and draws by the map it shows", async () => {
    const line = createLine("auto");
    const heard = listen();
    const task = taskFor(onto);
    const done = line.openLine(task, heard.tell);
    const first = await heard.pictureAfter(1);
    expect(first.step).toBe(1);
    line.stepLine();
    expect((await heard.pictureAfter(2)).step).toBe(2);
    line.playLine();
    await done;

    const last = await heard.pictureAfter(STEPS);
    expect(heard.events.at(-1)).toEqual({ type: "done" });
    for (const picture of [first, last]) {
      for (const interval of [
        [-0.5, 1.2],
        [-3, -1.5],
      ] as const) {
        const [data, base] = massesOf(picture, bases[onto], interval);
        expect(data).toBeGreaterThan(0.05);
        expect(Math.abs(data - base)).toBeLessThan(5e-4);
      }
    }
    expect(last.logLikelihood).toBeGreaterThan(first.logLikelihood + 0.2);
    expect(last.logLikelihood).toBeLessThan(meanLogDensity(targets.bumps, task.heldOut) + 0.05);

    const { step, z, x } = await line.drawLine(50, 3);
    expect(step).toBe(STEPS);
    const away = Array.from(x, (at, i) => Math.abs(valueAt(last.z, at) - (z[i] as number)));
    expect(Math.max(...away.filter((_, i) => Math.abs(x[i] as number) < 4))).toBeLessThan(2e-3);
  });
});

test("of trainings that are opened one right after the other, the last one is there", async () => {
  const line = createLine("auto");
  const [first, second, third] = [listen(), listen(), listen()];
  const given = [first, second].map(({ tell }) => line.openLine(taskFor("uniform"), tell));
  const done = line.openLine(taskFor("normal"), third.tell);
  await Promise.all(given);
  await third.pictureAfter(1);
  // It can be drawn from while it rests.
  expect((await line.drawLine(5, 0)).step).toBe(1);
  line.playLine();
  await done;
  expect(third.events.at(-1)).toEqual({ type: "done" });
  expect(first.events.concat(second.events)).toEqual([]);
});

test("drawing comes to rest first, and says of which step the draws are", async () => {
  const line = createLine("auto");
  const heard = listen();
  const done = line.openLine(taskFor("uniform"), heard.tell);
  await heard.pictureAfter(1);
  line.paceLine(5);
  line.playLine();
  await heard.pictureAfter(2);
  const { step, x } = await line.drawLine(5, 0);
  expect(step).toBeLessThan(STEPS);
  expect((await heard.pictureAfter(step)).step).toBe(step);
  expect(x.every(Number.isFinite)).toBe(true);
  line.playLine();
  await done;
  expect(heard.events.at(-1)).toEqual({ type: "done" });
});

test("what is wrong with a task is said", async () => {
  const line = createLine("auto");
  const task = { ...taskFor("uniform"), components: 0 };
  await expect(line.openLine(task, () => {})).rejects.toThrow(/components/);
});

test("there is nothing to draw from before a training is opened", () => {
  expect(() => createLine("auto").drawLine(5, 0)).toThrow("no flow to draw from");
});
