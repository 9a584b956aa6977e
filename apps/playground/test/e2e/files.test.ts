import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasChromium, useVisits } from "./visit.ts";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

/** A table of a few columns, one of them text, one of them with gaps. */
function tableText(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const t = (2 * Math.PI * i) / rows;
    const gap = i % 50 === 7 ? "" : (3 * Math.sin(t) + 0.1 * Math.sin(77 * i)).toFixed(4);
    return `row ${i},${(10 + 2 * Math.cos(t) + 0.1 * Math.cos(91 * i)).toFixed(4)},${gap},${i % 4}`;
  });
  return `name,width,height,legs\n${lines.join("\n")}\n`;
}

/** Drop a file on the page's place for tables. */
async function drop(page: Page, name: string, content: string): Promise<void> {
  const transfer = await page.evaluateHandle(
    ([title, text]) => {
      const held = new DataTransfer();
      held.items.add(new File([text as string], title as string));
      return held;
    },
    [name, content],
  );
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: transfer });
}

describe.skipIf(!hasChromium)("files in the page", () => {
  const { folder, open } = useVisits();

  test("a dropped table is trained on, two columns of it", async () => {
    const page = await open("#train?target=file&flow=nice&layers=2&width=16&steps=40");
    await drop(page, "animals.csv", tableText(400));
    await page
      .getByText("animals.csv: 392 rows, 39 of them for validation; 8 left out for gaps.")
      .waitFor();
    // The column of text is no choice.
    const choices = await page.getByLabel("Upwards").locator("option").allInnerTexts();
    expect(choices).toEqual(["width", "height", "legs"]);
    await page.getByLabel("Upwards").selectOption({ label: "height" });
    await button(page, "Train").click();
    await page.getByText("Done after 40 steps").waitFor({ timeout: 100_000 });
    const titles = await page.locator('section[aria-label="Density"] .title').allTextContents();
    expect(titles).toEqual(["width", "height"]);
    // What is read out is what happened, and no step of it.
    expect(await page.locator(".transport .unseen").innerText()).toMatch(
      /^Training has ended at step 40, with a log-likelihood of −?\d+\.\d\d nats per row\.$/,
    );
    expect(await button(page, "Copy link").isDisabled()).toBe(true);
  });

  test("a table as spreadsheets of many countries write it is read; what is unclear is left out", async () => {
    const page = await open("#train?target=file");
    const lines = Array.from({ length: 40 }, (_, i) => `${i},5;${i * i};1.${200 + i},5`);
    await drop(page, "maße.csv", `\uFEFFlänge, cm;fläche;preis\r\n${lines.join("\r\n")}\r\n`);
    await page.getByText("40 rows, 4 of them for validation.").waitFor();
    const choices = await page.getByLabel("Upwards").locator("option").allInnerTexts();
    expect(choices).toEqual(["länge, cm", "fläche"]);
    await page.getByText("Left out: “preis” has “1.200,5” in line 2.").waitFor();
    // One column twice is no plane.
    await page.getByLabel("Upwards").selectOption({ label: "länge, cm" });
    await page.getByText("Choose two different columns.").waitFor();
    expect(await button(page, "Train").isDisabled()).toBe(true);
  });

  test("a long table is read while the page goes on", async () => {
    const page = await open("#train?target=file");
    await page.evaluate(() => {
      const text = `a,b\n${Array.from({ length: 400_000 }, (_, i) => `${i},${-i}\n`).join("")}`;
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], "long.csv"));
      const [place] = document.getElementsByClassName("drop");
      // How far it is stands there for a moment only: written down in the page itself.
      const seen = new Set<string>();
      Object.assign(globalThis, { seen });
      const watcher = new MutationObserver(() => seen.add(place?.textContent ?? ""));
      watcher.observe(document.body, { subtree: true, childList: true, characterData: true });
      place?.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true }));
    });
    await page.getByText("400000 rows, 2000 of them for validation.").waitFor({ timeout: 90_000 });
    const seen = await page.evaluate(() => [
      ...(globalThis as unknown as { seen: Set<string> }).seen,
    ]);
    const shares = seen.flatMap((text) => text.match(/Reading long\.csv: \d+ %/) ?? []);
    expect(new Set(shares).size).toBeGreaterThan(2);
    expect(await page.getByText(/^Reading/).count()).toBe(0);
  });

  test.each([
    ["empty.csv", "", "empty.csv: the file is empty."],
    ["short.csv", "a,b\n1,2\n", "it has 1 row below the header; 20 are the least."],
    ["text.csv", `a,b\n${"x,y\n".repeat(30)}`, "two columns of numbers are needed, and no column"],
    ["one.csv", `a,b\n${"1,y\n".repeat(30)}`, "only “a” has numbers"],
    ["headerless.csv", "1,2\n".repeat(30), "is all numbers: it seems to have no header line."],
    ["twins.csv", `a,b,a\n${"1,2,3\n".repeat(30)}`, "two columns have the name “a”."],
    ["ragged.csv", `a,b\n${"1,2\n".repeat(30)}3,4,5\n`, "line 32 has 3 cells, the header 2."],
    [
      "quote.csv",
      `a,b\n${"1,2\n".repeat(9)}"3,4\n${"1,2\n".repeat(20)}`,
      "the quotation mark in line 11 is never closed.",
    ],
    ["picture.csv", "\u0000PNG\u0000\u0001,\u0002", "this is no text in UTF-8."],
  ])("a broken table, %s, is refused in words", async (name, content, message) => {
    const page = await open("#train?target=file");
    await drop(page, name, content);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain(message);
    expect(await button(page, "Train").isDisabled()).toBe(true);
    // And a sound one after it is taken.
    await drop(page, "animals.csv", tableText(60));
    await page.getByText("animals.csv: 58 rows, 5 of them for validation").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  test("pictures are saved as files that stand by themselves, in the colours of the page", async () => {
    const page = await open("#train?flow=nice&layers=2&width=16&steps=20", { colorScheme: "dark" });
    await button(page, "Train").click();
    await page.getByText("Done after 20 steps").waitFor({ timeout: 100_000 });
    const density = page.locator('section[aria-label="Density"]');
    const save = async (format: string) => {
      const pressed = density.getByRole("button", { name: `Save ${format}` });
      const [file] = await Promise.all([page.waitForEvent("download"), pressed.click()]);
      expect(file.suggestedFilename()).toBe(`density.${format.toLowerCase()}`);
      const path = join(folder, file.suggestedFilename());
      await file.saveAs(path);
      return readFileSync(path);
    };
    const svg = (await save("SVG")).toString("utf8");
    expect(svg).toMatch(/^<svg[^>]* viewBox="0 0 420 420"/);
    expect(svg).toContain('href="data:image/png;base64,');
    expect(svg).toContain(">x1</text>");
    // The page's style sheet is not at hand where the file goes.
    expect(svg).not.toContain("var(--");
    expect(svg).toContain('fill="rgb(21, 24, 28)"');
    const png = await save("PNG");
    expect([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([
      "PNG",
      840,
      840,
    ]);
    // Something is on it: an even picture of that size would be a few kilobytes.
    expect(png.length).toBeGreaterThan(20_000);
  });

  test("a model is opened again, and looked into", async () => {
    const page = await open("#train?flow=nice&layers=2&width=16&steps=50");
    await button(page, "Train").click();
    await page.getByText("Done after 50 steps").waitFor({ timeout: 100_000 });
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      button(page, "Download").click(),
    ]);
    const path = join(folder, "moons.safetensors");
    await file.saveAs(path);

    const other = await open();
    await other.getByLabel("Model file").setInputFiles(path);
    await other.getByText("A model from a file: nice").waitFor({ timeout: 60_000 });
    await other.locator(".heat-map").waitFor();
    await other.getByRole("link", { name: "Inside the flow" }).click();
    await other.locator(".mesh").waitFor({ timeout: 60_000 });

    const broken = join(folder, "broken.safetensors");
    writeFileSync(broken, readFileSync(path).subarray(0, 500));
    await other.getByRole("link", { name: "Train", exact: true }).click();
    await other.getByLabel("Model file").setInputFiles(broken);
    const alert = other.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain("broken.safetensors");
  });
});
