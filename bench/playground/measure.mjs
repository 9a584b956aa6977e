/** Steps that are not counted: programs are built and warmed up in them. */
const FIRST_STEPS = 20;

/** Milliseconds that the first steps may take. */
const PATIENCE = 300_000;

/**
 * @typedef {object} Result
 * @property {string} runsOn what the page says that computes
 * @property {number} stepsPerSecond pictures included
 * @property {number} framesPerSecond of the main thread, while training
 * @property {number} longestFrame milliseconds
 */

/**
 * Trains in a fresh page and counts steps and frames; two moons, 256 rows in a step.
 * @param {import("playwright-core").Browser} browser @param {string} url
 * @param {import("./cases.mjs").EngineCase} engine @param {import("./cases.mjs").FlowCase} flow
 * @param {number} time seconds
 * @returns {Promise<Result | { error: string }>}
 */
export async function measure(browser, url, { engine }, { settings }, time) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  try {
    await page.goto(`${url}#train?${settings}&steps=20000&engine=${engine}`);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    const failed = page.locator(".problem").first();
    const ready = page.waitForFunction(stepsAtLeast, FIRST_STEPS, { timeout: PATIENCE });
    await Promise.race([ready, failed.waitFor({ timeout: PATIENCE })]);
    if ((await failed.count()) > 0) return { error: await failed.innerText() };
    const counted = await page.evaluate(countFrames, 1000 * time);
    const speed = await page.locator(".speed").innerText();
    return { runsOn: speed.split(", ").at(-1) ?? "", ...counted };
  } catch (error) {
    return { error: String(error instanceof Error ? error.message : error).split("\n")[0] ?? "" };
  } finally {
    await page.close();
  }
}

/** In the page. @param {number} steps */
function stepsAtLeast(steps) {
  const standing = document.querySelector(".standing")?.textContent ?? "";
  return Number(/Step (\d+)/.exec(standing)?.[1]) >= steps;
}

/** In the page. @param {number} time milliseconds */
async function countFrames(time) {
  const step = () =>
    Number(/\d+/.exec(document.querySelector(".standing")?.textContent ?? "")?.[0]);
  const next = () => new Promise(requestAnimationFrame);
  await next();
  const [start, firstStep] = [performance.now(), step()];
  let [frames, longestFrame, before] = [0, 0, start];
  while (before - start < time) {
    await next();
    const now = performance.now();
    longestFrame = Math.max(longestFrame, now - before);
    before = now;
    frames++;
  }
  const spent = (before - start) / 1000;
  return {
    stepsPerSecond: (step() - firstStep) / spent,
    framesPerSecond: frames / spent,
    longestFrame,
  };
}
