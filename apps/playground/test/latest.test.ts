import { expect, it } from "vitest";
import { doLatest } from "../src/latest.ts";

const turn = () => new Promise((resolve) => setTimeout(resolve, 0));

it("does one task at a time, and of those that came in meanwhile only the last", async () => {
  const log: string[] = [];
  const releases: (() => void)[] = [];
  const ask = doLatest<number>(async (task, isOutdated) => {
    log.push(`begin ${task}`);
    await new Promise<void>((resolve) => releases.push(resolve));
    log.push(`end ${task}${isOutdated() ? " outdated" : ""}`);
  });
  ask(1);
  ask(2);
  ask(3);
  expect(log).toEqual(["begin 1"]);
  releases[0]?.();
  await turn();
  expect(log).toEqual(["begin 1", "end 1 outdated", "begin 3"]);
  releases[1]?.();
  await turn();
  expect(log.at(-1)).toBe("end 3");
  ask(4);
  expect(log.at(-1)).toBe("begin 4");
});
