import type { TestProject } from "vitest/node";
import { findChromium } from "../../../../scripts/chromium.mjs";

declare module "vitest" {
  interface ProvidedContext {
    /** Path of the browser; empty where there is none and none can be installed. */
    chromium: string;
  }
}

/** Once for all tests of the page. */
export function setup(project: TestProject): void {
  const path = findChromium() ?? "";
  if (!path) console.warn("The tests of the page are skipped: there is no Chromium to be had.");
  project.provide("chromium", path);
}
