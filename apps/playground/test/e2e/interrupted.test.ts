import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasChromium, useVisits } from "./visit.ts";

/** A flow whose programs are built soon. */
const small = "#train?flow=nice&layers=2&width=16&steps=300";

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const standing = (page: Page) => page.locator(".standing").innerText();

const isDone = (page: Page) =>
  page.getByText(/^Done after 300 steps/).waitFor({ timeout: 100_000 });

describe.skipIf(!hasChromium)("a visitor who does something else meanwhile", () => {
  const { open } = useVisits({ isolated: true });

  test("a file that is no model leaves the training alone", async () => {
    const page = await open(small.replace("steps=300", "steps=20000"));
    await button(page, "Train").click();
    await page.getByText(/^Step \d+ of 20000/).waitFor({ timeout: 60_000 });
    const file = { name: "bad.safetensors", mimeType: "", buffer: Buffer.from("no model") };
    await page.getByLabel("Model file").setInputFiles(file);
    await page.getByRole("alert").getByText("bad.safetensors").waitFor();
    const step = async () => Number((await standing(page)).match(/^Step (\d+) of/)?.[1]);
    const before = await step();
    await expect.poll(step, { timeout: 60_000 }).toBeGreaterThan(before);
  });

  test("a reset while the program is built is the end of it", async () => {
    const page = await open(small);
    await button(page, "Train").click();
    await button(page, "Reset").click();
    expect(await standing(page)).toBe("Ready");
    await button(page, "Train").click();
    await isDone(page);
    expect(await page.locator(".problem").count()).toBe(0);
  });

  test("a link followed in the open page is another experiment, on its own engine", async () => {
    const page = await open(small);
    await button(page, "Train").click();
    await isDone(page);
    await page.evaluate(() => {
      location.hash = "#train?target=checkerboard&flow=maf&layers=2&steps=60&engine=threads";
    });
    await page.locator(".standing", { hasText: "Ready" }).waitFor({ timeout: 60_000 });
    expect(await page.locator(".heat-map").count()).toBe(0);
    expect(await page.getByLabel("Engine").inputValue()).toBe("threads");
    await page.goBack();
    expect(await page.getByLabel("From the library's list").inputValue()).toBe("nice");
  });

  test("the way through the layers is found again after another engine was chosen", async () => {
    const page = await open(small);
    await page.getByRole("link", { name: "Inside the flow" }).click();
    await button(page, "Train one on two moons").click();
    await page.locator(".mesh").waitFor({ timeout: 60_000 });
    // Of looks that come in together, the last one counts.
    await page.getByLabel("Cloud of", { exact: true }).selectOption("data");
    await page.getByLabel("Engine").selectOption("threads");
    await button(page, "Train one on two moons").click({ timeout: 60_000 });
    await page.locator(".mesh").waitFor({ timeout: 60_000 });
    await page.getByRole("link", { name: "Train", exact: true }).click();
    await button(page, "Reset").click();
    await page.getByRole("link", { name: "Inside the flow" }).click();
    await button(page, "Train one on two moons").waitFor();
    expect(await page.locator(".mesh, .problem").count()).toBe(0);
  });
});
