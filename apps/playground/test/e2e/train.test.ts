import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Download, Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasChromium, useVisits } from "./visit.ts";

const command = fileURLToPath(new URL("../../../../packages/cli/dist/main.js", import.meta.url));

/** A small flow, so that a training takes seconds. */
const small = "#train?layers=3&width=24&steps=300&rate=0.006";

/** Nats per row. The true density has 1.00 on these held-out rows, a mixture of Gaussians 1.04, one Gaussian 1.91. */
const LEARNED = 1.2;

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** The held-out log-likelihood that the page states. */
async function logLikelihood(page: Page): Promise<number> {
  const shown = await page
    .getByRole("listitem")
    .filter({ hasText: "the flow" })
    .locator("b")
    .innerText();
  return Number(shown.replace("−", "-"));
}

async function trainToTheEnd(page: Page): Promise<void> {
  await button(page, "Train").click();
  await page.getByText(/^Done after \d+ steps/).waitFor({ timeout: 100_000 });
}

async function downloaded(page: Page, name: string, path: string): Promise<Download> {
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, name).click()]);
  await file.saveAs(path);
  return file;
}

/** The points of a curve of the chart of losses. */
const curveOf = (page: Page, kind: string) =>
  page.locator(`section[aria-label="Loss"] .chart .curve.${kind}`).getAttribute("d");

describe.skipIf(!hasChromium)("training in the page", () => {
  const { folder, open } = useVisits();

  test("learns two moons; the file that it gives scores alike in the command", async () => {
    const page = await open(small);
    await trainToTheEnd(page);
    expect(-(await logLikelihood(page))).toBeLessThan(LEARNED);

    const [model, scores] = [join(folder, "moons.safetensors"), join(folder, "scores.csv")];
    const file = await downloaded(page, "Download", model);
    expect(file.suggestedFilename()).toBe("nsf-moons.safetensors");
    await downloaded(page, "Scores of the data (CSV)", scores);
    const [header = "", ...lines] = readFileSync(scores, "utf8").trimEnd().split("\n");
    expect(header).toBe("x1,x2,log_density");
    expect(lines.length).toBe(4000);
    const rows = lines.map((line) => line.split(","));
    const points = rows.map(([x, y]) => `${x},${y}\n`).join("");
    writeFileSync(join(folder, "points.csv"), `x1,x2\n${points}`);
    const { stdout, status } = spawnSync(
      process.execPath,
      [command, "score", model, "points.csv"],
      {
        cwd: folder,
        encoding: "utf8",
      },
    );
    expect(status).toBe(0);
    const [, ...scored] = stdout.trimEnd().split("\n");
    const column = scored.map((line) => Number(line.split(",").at(-1)));
    expect(column.length).toBe(rows.length);
    const furthest = rows.reduce(
      (most, [, , logProb], row) =>
        Math.max(most, Math.abs(Number(logProb) - (column[row] ?? NaN))),
      0,
    );
    expect(furthest).toBeLessThan(1e-3);
  });

  test("pauses, steps, goes on and starts again", async () => {
    const page = await open("#train?flow=nice&layers=2&width=16&steps=20000");
    await button(page, "Train").click();
    await page.getByText(/^Step \d+ of 20000/).waitFor({ timeout: 60_000 });
    await button(page, "Pause").click();
    const standing = page.locator(".standing");
    const paused = async () =>
      Number((await standing.innerText()).match(/^Paused after step (\d+)$/)?.[1]);
    await page.getByText(/^Paused after step/).waitFor({ timeout: 60_000 });
    const at = await paused();
    await page.waitForTimeout(1000);
    expect(await paused()).toBe(at);
    await button(page, "Step").click();
    await page.getByText(`Paused after step ${at + 1}`, { exact: true }).waitFor();
    await button(page, "Resume").click();
    const reached = async () => Number((await standing.innerText()).match(/^Step (\d+) of/)?.[1]);
    await expect.poll(reached, { timeout: 60_000 }).toBeGreaterThan(at + 3);
    await button(page, "Reset").click();
    expect(await standing.innerText()).toBe("Ready");
    expect(await page.locator(".heat-map").count()).toBe(0);
  });

  test("a shared link gives the same curve", async () => {
    const place = "#train?target=rings&flow=realnvp&layers=2&width=16&steps=60&seed=7";
    const [first, second] = [await open(place), await open(place)];
    await trainToTheEnd(first);
    expect(new URL(first.url()).hash).toBe(place);
    await trainToTheEnd(second);
    for (const kind of ["train", "validation"]) {
      const curve = await curveOf(first, kind);
      expect(curve?.length).toBeGreaterThan(20);
      expect(await curveOf(second, kind)).toBe(curve);
    }
    // Settings that are changed by hand are in the address, and another seed is another curve.
    await first.getByLabel("Seed").fill("8");
    await first.getByLabel("Seed").press("Enter");
    expect(first.url()).toContain("seed=8");
    await trainToTheEnd(first);
    expect(await curveOf(first, "train")).not.toBe(await curveOf(second, "train"));
  });

  test("a drawing is painted, trained and shared", async () => {
    const page = await open("#train?target=drawn&flow=nice&layers=2&width=16&steps=40");
    expect(await button(page, "Train").isDisabled()).toBe(true);
    const box = await page.locator(".pad rect").boundingBox();
    if (!box) throw new Error("There is no canvas to paint on.");
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.5 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.4 * box.height, { steps: 12 });
    await page.mouse.up();
    // The keyboard reaches it, too, and paints.
    await page.getByLabel("Seed").focus();
    for (let i = 0; i < 40; i++) {
      if (await page.evaluate(() => document.activeElement?.classList.contains("pad"))) break;
      await page.keyboard.press("Tab");
    }
    expect(await page.locator(".pad:focus").count()).toBe(1);
    const before = page.url();
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp", "Space"]) {
      await page.keyboard.press(key);
    }
    await expect.poll(() => page.url()).not.toBe(before);
    await trainToTheEnd(page);
    const curve = await curveOf(page, "train");
    const other = await open(new URL(page.url()).hash);
    await trainToTheEnd(other);
    expect(await curveOf(other, "train")).toBe(curve);
  });

  test("a link that asks for what there is not says so, and takes the usual", async () => {
    const page = await open("#train?target=triangles&layers=99&flow=wobble");
    const alert = page.getByRole("alert");
    await alert.getByText("There is no flow “wobble”").waitFor({ timeout: 30_000 });
    const said = await alert.innerText();
    expect(said).toContain("target “triangles”");
    expect(said).toContain("layers “99”, which takes a whole number from 0 to 16");
    expect(await page.getByLabel("Points of", { exact: true }).inputValue()).toBe("moons");
    expect(await page.getByLabel("From the library's list").inputValue()).toBe("nsf");
  });
});
