import type { Page } from "playwright-core";
import { describe, expect, test } from "vitest";
import { hasChromium, useVisits } from "./visit.ts";

const flow = "#train?flow=realnvp&layers=2&width=8&steps=10&batch=64&rate=0.01";

/** The held-out log-likelihood after a short training, and what the page says that computed it. */
async function train(page: Page): Promise<{ logLikelihood: number; engine: string }> {
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByText("Done after 10 steps").waitFor({ timeout: 100_000 });
  const shown = page.getByRole("listitem").filter({ hasText: "the flow" }).locator("b");
  const logLikelihood = Number((await shown.innerText()).replace("−", "-"));
  const engine = (await page.locator(".speed").innerText()).split(", ").at(-1) ?? "";
  return { logLikelihood, engine };
}

describe.skipIf(!hasChromium)("engines of the page", () => {
  const plain = useVisits();
  const isolated = useVisits({ isolated: true });
  const withGpu = useVisits({ more: ["--enable-unsafe-webgpu"] });

  test("threads, and a graphics processor, learn what WebAssembly learns", async (context) => {
    const usual = await train(await plain.open(flow));
    expect(usual.engine).toMatch(/^onnxruntime .* on cpu$/);

    const threads = await train(await isolated.open(`${flow}&engine=threads`));
    expect(threads.logLikelihood).toBeCloseTo(usual.logLikelihood, 2);

    const page = await withGpu.open(`${flow}&engine=webgpu`);
    const options = page.getByLabel("Engine").locator("option");
    await page.waitForFunction(() => document.querySelectorAll("header option").length > 5);
    const titles = await options.allInnerTexts();
    if (titles.some((title) => title.startsWith("WebGPU: "))) {
      return context.skip("this browser has no WebGPU, not even in software");
    }
    const gpu = await train(page);
    expect(gpu.engine).toBe("jax-js on webgpu");
    expect(gpu.logLikelihood).toBeCloseTo(usual.logLikelihood, 2);
  });

  test("an engine that is not to be had is said to be missing, and another one computes", async () => {
    // No shared memory on a host that does not isolate the page.
    const page = await plain.open(`${flow}&engine=threads`);
    const option = page.getByLabel("Engine").locator("option", { hasText: "threads" });
    await option.waitFor({ state: "attached" });
    expect(await option.isDisabled()).toBe(true);
    expect(await option.innerText()).toContain("does not isolate it");
    expect((await train(page)).engine).toMatch(/^onnxruntime/);
  });

  test("another engine starts the worker anew, without the model", async () => {
    const page = await isolated.open(flow);
    await train(page);
    await page.getByLabel("Engine").selectOption("threads");
    await page.getByText("Ready", { exact: true }).waitFor({ timeout: 30_000 });
    expect(page.url()).toContain("engine=threads");
    expect(await page.locator(".heat-map").count()).toBe(0);
    await train(page);
  });
});
