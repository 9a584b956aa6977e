import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, inject } from "vitest";
import { chromiumFlags } from "../../../../scripts/chromium.mjs";
import { hostPage } from "./static-host.ts";

/** Whether there is a browser; without one these tests are skipped, and the setup has said so. */
export const hasChromium = inject("chromium") !== "";

/** A folder for files of the tests, the page's host, and a browser. */
export interface Visits {
  readonly folder: string;
  /** Opens the page in a fresh context; what goes wrong in it fails the test. */
  open(place?: string, options?: BrowserContextOptions): Promise<Page>;
}

/** Hooks that start and end what visits of the page need. */
export function useVisits({ isolated = false, more = [] as readonly string[] } = {}): Visits {
  const folder = mkdtempSync(join(tmpdir(), "pushforward-page-"));
  let browser: Browser;
  let host: { url: string; server: Server };
  let faults: string[] = [];

  beforeAll(async () => {
    host = await hostPage({ isolated });
    browser = await chromium.launch({
      executablePath: inject("chromium"),
      args: [...chromiumFlags, ...more],
    });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    const found = faults;
    faults = [];
    expect(found).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    host?.server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    folder,
    async open(place = "", options = {}) {
      const context = await browser.newContext({ acceptDownloads: true, ...options });
      const page = await context.newPage();
      page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack}`));
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(`console: ${message.text()}`);
      });
      page.on("request", (request) => {
        const url = request.url();
        const isOwn = [host.url, "data:", "blob:"].some((start) => url.startsWith(start));
        if (!isOwn) faults.push(`asked another host: ${url}`);
      });
      await page.goto(`${host.url}${place}`);
      return page;
    },
  };
}
