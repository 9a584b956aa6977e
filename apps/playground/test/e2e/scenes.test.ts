import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasChromium, useVisits } from "./visit.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

describe.skipIf(!hasChromium)("the scenes", () => {
  const { open } = useVisits();

  test("inside: a grid goes through the layers of a flow that is trained there", async () => {
    const page = await open("#train?layers=2&width=16&steps=60");
    await page.getByRole("link", { name: "Inside the flow" }).click();
    await button(page, "Train one on two moons").click();
    const mesh = page.locator(".mesh");
    await mesh.waitFor({ timeout: 60_000 });
    const layers = page.locator(".layers button");
    // The base, a linear map and a coupling twice, the last linear map, and the standardisation.
    expect(await layers.count()).toBe(7);
    const atBase = await mesh.getAttribute("d");
    await button(page, "Layer on").click();
    expect(await page.locator('.layers [aria-current="step"]').innerText()).toContain("1 luLinear");
    expect(await mesh.getAttribute("d")).not.toBe(atBase);
    await button(page, "Layer back").click();
    expect(await page.locator('.layers [aria-current="step"]').innerText()).toContain("base");
    await button(page, "Play").click();
    const place = page.getByLabel("Base to data");
    await page.waitForFunction(
      (slider) => Number((slider as HTMLInputElement).value) > 1.2,
      await place.elementHandle(),
    );
    await button(page, "Stop").click();
    await page.getByLabel("Cloud of", { exact: true }).selectOption("data");
    await layers.last().click();
    expect(Number(await place.inputValue())).toBe(6);
  });

  test("one dimension: mass is kept, before and after training", async () => {
    const page = await open("#line?base=beta");
    const masses = async () => {
      const cells = await page.locator(".masses td").allInnerTexts();
      return cells.map((cell) => Number.parseFloat(cell));
    };
    await page.locator(".masses td", { hasText: "%" }).nth(2).waitFor({ timeout: 60_000 });
    const [before = Number.NaN, base = Number.NaN, truth = Number.NaN] = await masses();
    expect(Math.abs(before - base)).toBeLessThanOrEqual(0.1);
    expect(Math.abs(before - truth)).toBeGreaterThan(1);
    await page.getByLabel("Pace").selectOption({ index: 1 });
    await button(page, "Train").click();
    await page.getByText("Step 400 of 400").waitFor({ timeout: 100_000 });
    const [after = Number.NaN, baseAfter = Number.NaN] = await masses();
    expect(Math.abs(after - baseAfter)).toBeLessThanOrEqual(0.1);
    // 1000 numbers place the mass of the interval to a few per cent.
    expect(Math.abs(after - truth)).toBeLessThan(4);
    await page.getByLabel("b, where it ends").press("End");
    expect((await masses())[2]).toBeGreaterThan(truth);
    expect(page.url()).toContain("base=beta");
  });

  test("masks: an input is chosen by keyboard, and what it reaches is said", async () => {
    const page = await open("#masks");
    const said = page.locator(".masks-said[aria-live]");
    const units = page.locator('svg [tabindex="0"]');
    // The page opens with the first dimension chosen.
    await expect.poll(() => said.innerText()).toContain("Dimension 1 of the data reaches all");
    await units.first().focus();
    await page.keyboard.press("Escape");
    await expect.poll(() => said.innerText()).toContain("Choose a unit");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => said.innerText()).toContain("Dimension 2 of the data reaches all");
    await button(page, "MADE").click();
    await units.first().focus();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => said.innerText())
      .toBe("Input 2 reaches outputs 3 and 4; outputs 1 and 2 do not depend on it.");
  });

  test("digits: draws, a drawing that is read, and the way between two", async () => {
    const page = await open("#digits");
    const sheet = page.locator("canvas").first();
    const isBlank = (canvas: typeof sheet) =>
      canvas.evaluate((element) => {
        const { width, height } = element as HTMLCanvasElement;
        const context = (element as HTMLCanvasElement).getContext("2d");
        const { data } = context?.getImageData(0, 0, width, height) ?? { data: [] };
        return new Set(data.filter((_, i) => i % 4 === 0)).size < 4;
      });
    await expect.poll(() => isBlank(sheet), { timeout: 60_000 }).toBe(false);
    const [first, second] = [page.locator(".pad-panel").first(), page.locator(".pad-panel").last()];
    await first.getByRole("button", { name: "Clear" }).click();
    const pad = first.locator(".drawn").locator("canvas, svg").first();
    await pad.scrollIntoViewIfNeeded();
    const box = await pad.boundingBox();
    if (!box) throw new Error("There is no pad to draw on.");
    // A one: a stroke from top to bottom.
    await page.mouse.move(box.x + 0.55 * box.width, box.y + 0.2 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.45 * box.width, box.y + 0.8 * box.height, { steps: 10 });
    await page.mouse.up();
    await expect.poll(() => first.innerText(), { timeout: 60_000 }).toContain("Read as 1");
    await second.getByRole("button", { name: "From the flow" }).click();
    await page.getByRole("heading", { name: /The way from 1 to \d/ }).waitFor({ timeout: 60_000 });
    const walk = page.locator("section", { hasText: "The way from" }).locator("canvas");
    await expect.poll(() => isBlank(walk.nth(4)), { timeout: 60_000 }).toBe(false);
    expect(await walk.count()).toBe(10);
  });
});
