import { beforeEach, expect, test, vi } from "vitest";
import { wholeNumber } from "../src/link/codec.ts";

/** A browser's address, as far as settings use it. */
function stubBrowser(hash: string) {
  const listeners = new Map<string, (event: object) => void>();
  const address = { hash, href: `https://host/page/${hash}` };
  const replaceState = vi.fn((_state: unknown, _title: string, to: string) => {
    Object.assign(address, { hash: to, href: `https://host/page/${to}` });
  });
  vi.stubGlobal("location", address);
  vi.stubGlobal("history", { replaceState });
  vi.stubGlobal("addEventListener", (type: string, listener: (event: object) => void) =>
    listeners.set(type, listener),
  );
  return { address, replaceState, listeners };
}

/** The module with the settings of one scene, as a page that was just opened has them. */
async function openPage(hash = "#line?a=5") {
  vi.resetModules();
  const browser = stubBrowser(hash);
  const place = await import("../src/link/place.ts");
  const settings = place.settingsInLink<{ a: number }>("line", { a: wholeNumber(0, 999, 0) });
  const set = (a: number) => {
    settings.value = { a };
    place.updateAddress();
  };
  return { ...browser, place, settings, set };
}

beforeEach(() => {
  vi.useFakeTimers();
  return () => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  };
});

test("a change is in the address at once; a slider that is dragged, where it starts and where it rests", async () => {
  const { address, replaceState, set } = await openPage();
  set(6);
  expect(address.hash).toBe("#line?a=6");
  for (let a = 7; a < 300; a++) {
    set(a);
    vi.advanceTimersByTime(16);
  }
  expect(replaceState).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(300);
  expect(address.hash).toBe("#line?a=299");
  expect(replaceState).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5000);
  expect(replaceState).toHaveBeenCalledTimes(2);
});

test("flushed, the address holds what is set now", async () => {
  const { address, replaceState, place, set } = await openPage();
  set(6);
  set(7);
  expect(place.flushAddress()).toBe("https://host/page/#line?a=7");
  expect(address.hash).toBe("#line?a=7");
  vi.advanceTimersByTime(300);
  expect(replaceState).toHaveBeenCalledTimes(2);
});

test("a browser that refuses breaks nothing; the link is right, and the address with the next change", async () => {
  const { address, replaceState, place, set } = await openPage();
  replaceState.mockImplementationOnce(() => {
    throw new DOMException("too often", "SecurityError");
  });
  set(6);
  expect(address.hash).toBe("#line?a=5");
  expect(place.addressOf("line")).toBe("#line?a=6");
  replaceState.mockImplementationOnce(() => {
    throw new DOMException("too often", "SecurityError");
  });
  expect(place.flushAddress()).toBe("https://host/page/#line?a=6");
  vi.advanceTimersByTime(300);
  expect(address.hash).toBe("#line?a=6");
});

test("whoever leaves by a link comes back to what was set", async () => {
  class Link {
    closest = () => this;
  }
  vi.stubGlobal("Element", Link);
  const { address, listeners, place, set, settings } = await openPage();
  place.followAddress();
  set(6);
  set(7);
  // The link to another scene is followed after the click was heard.
  listeners.get("click")?.({ target: new Link() });
  expect(address.hash).toBe("#line?a=7");
  address.hash = "#masks";
  listeners.get("hashchange")?.({});
  expect(place.scene.value).toBe("masks");
  vi.advanceTimersByTime(300);
  expect(address.hash).toBe("#masks");
  expect(place.addressOf("line")).toBe("#line?a=7");
  address.hash = "#line?a=3";
  listeners.get("hashchange")?.({});
  expect(settings.value).toEqual({ a: 3 });
});
