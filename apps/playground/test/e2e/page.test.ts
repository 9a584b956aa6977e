import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { randomInt, randomLcg } from "d3-random";
import type { Locator, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasChromium, useVisits } from "./visit.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const dist = fileURLToPath(new URL("../../dist/", import.meta.url));

const scenes = ["train", "inside", "line", "masks", "digits"];

const phone = { width: 360, height: 740 };
const desktop = { width: 1280, height: 900 };

interface Finding {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string }[];
}

/** What axe finds that is serious or worse. */
async function seriousFindings(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } };
    return (await axe.run()).violations;
  });
  return found
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
}

/** How far contents have jumped so far, as browsers count it: 0.1 is what is called good. */
async function watchShifts(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = { shift: 0 };
    Object.assign(globalThis, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number })[]) {
        seen.shift += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.reload();
  return () =>
    page.evaluate(() => (globalThis as unknown as { seen: { shift: number } }).seen.shift);
}

describe.skipIf(!hasChromium)("the page", () => {
  const { open } = useVisits();

  test.each(
    scenes.flatMap((scene) => [
      { scene, colorScheme: "light" as const, viewport: desktop },
      { scene, colorScheme: "dark" as const, viewport: phone },
    ]),
  )(
    "$scene, $colorScheme, $viewport.width px: axe finds nothing serious, nothing jumps or sticks out",
    async (visit) => {
      const { scene, colorScheme, viewport } = visit;
      const page = await open(`#${scene}`, { colorScheme, viewport });
      const shift = await watchShifts(page);
      await page.locator("h2").waitFor();
      await page.waitForFunction(
        () => document.querySelectorAll("main svg, main canvas").length > 0,
      );
      await page.waitForTimeout(1500);
      expect(await seriousFindings(page)).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
        viewport.width,
      );
      expect(await shift()).toBeLessThan(0.1);
    },
  );

  test("training does not move what is on the page", async () => {
    const page = await open("#train?flow=nice&layers=2&width=16&steps=60", { viewport: desktop });
    const shift = await watchShifts(page);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByText("Done after 60 steps").waitFor({ timeout: 100_000 });
    expect(await shift()).toBeLessThan(0.1);
    expect(await seriousFindings(page)).toEqual([]);
  });

  test("loads less than 300 KB, gzipped, before the worker", () => {
    const html = readFileSync(`${dist}index.html`, "utf8");
    const assets = readdirSync(`${dist}assets`).filter((name) => html.includes(`assets/${name}`));
    expect(assets.some((name) => name.endsWith(".js"))).toBe(true);
    const texts = [html, ...assets.map((name) => readFileSync(`${dist}assets/${name}`))];
    const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
    expect(bytes).toBeLessThan(300 * 1024);
  });

  test("60 interactions at random end in no uncaught error", async () => {
    const page = await open("#train?flow=nice&layers=2&width=16&steps=200", { viewport: desktop });
    const random = randomLcg(0.314);
    const below = (count: number) => randomInt.source(random)(count)();
    const done: string[] = [];
    for (let turn = 0; turn < 60; turn++) {
      const acts = page.locator(
        "button:enabled:visible:not(.skip), a:visible, select:enabled:visible, input:enabled:visible, summary:visible",
      );
      const target = acts.nth(below(await acts.count()));
      done.push(await interact(page, target, below));
      await page.waitForTimeout(50);
    }
    // Errors of the page fail the test in its hooks; here the page must still answer.
    await page.getByRole("link", { name: "Train", exact: true }).click();
    await page.getByRole("heading", { name: "Train a flow" }).waitFor();
    expect(done.length).toBe(60);
  });
});

/** Does what a visitor could do with it. */
async function interact(
  page: Page,
  target: Locator,
  below: (count: number) => number,
): Promise<string> {
  const kind = await target.evaluate((element) => {
    const { localName } = element;
    return localName === "input" ? (element as HTMLInputElement).type : localName;
  });
  switch (kind) {
    case "select": {
      const values = await target
        .locator("option:enabled")
        .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value));
      await target.selectOption(values[below(values.length)] ?? "");
      break;
    }
    case "range":
      await target.focus();
      await page.keyboard.press(["ArrowLeft", "ArrowRight", "Home", "End"][below(4)] ?? "Home");
      break;
    case "number":
      await target.fill(["", "-1", "3", "50", "1e9", "2.5"][below(6)] ?? "");
      await target.press("Enter");
      break;
    default:
      await target.click({ timeout: 5000 });
  }
  return kind;
}
