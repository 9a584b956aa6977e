import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { chosen, count, seconds, UsageError } from "./arguments.mjs";
import { withError } from "./error-text.mjs";
import { openStore } from "./store.mjs";

const folder = mkdtempSync(join(tmpdir(), "store-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("openStore", () => {
  const store = openStore(join(folder, "runs"));

  it("holds what finished with the same settings, not what failed or had others", () => {
    store.write("a", { settings: { steps: 1 }, result: 3 });
    store.write("b", { settings: { steps: 1 }, failure: "why" });
    expect(store.holds("a", { steps: 1 })).toBe(true);
    expect(store.holds("a", { steps: 2 })).toBe(false);
    expect(store.holds("b", { steps: 1 })).toBe(false);
    expect(store.holds("c", { steps: 1 })).toBe(false);
    expect(store.all()).toHaveLength(2);
  });

  it("names a file that is broken", () => {
    writeFileSync(join(folder, "runs", "d.json"), "{");
    expect(() => store.holds("d", { steps: 1 })).toThrow(/d\.json.*delete it/);
  });
});

describe("withError", () => {
  it("rounds to the first digit of the error", () => {
    expect(withError(0.01234, 0.0031)).toBe("0.012(3)");
    expect(withError(-1.5, 0.25)).toBe("−1.5(3)");
    expect(withError(0.5, 0.0096)).toBe("0.50(1)");
    expect(withError(123.4, 7)).toBe("123(7)");
  });
});

describe("arguments", () => {
  it("are read, or refused with what they should be", () => {
    expect(seconds("budget", "2min")).toBe(120);
    expect(count("steps", "10")).toBe(10);
    expect(() => seconds("budget", "60")).toThrow(UsageError);
    expect(() => count("steps", "0")).toThrow("--steps must be a whole number above 0");
    const table = [{ id: "a" }, { id: "b" }];
    expect(chosen("flows", "b", table)).toEqual([{ id: "b" }]);
    expect(() => chosen("flows", "c", table)).toThrow('there is no "c"; there are a, b');
  });
});
