import { expect, test, vi } from "vitest";
import { readToken } from "../../src/serve/token.ts";
import { fileWith } from "../images/support.ts";

test("a token is in a file or in the environment, and none is none", async () => {
  expect(await readToken(fileWith("t", "abc-_~+/=\n"))).toBe("abc-_~+/=");
  vi.stubEnv("PUSHFORWARD_TOKEN", undefined);
  expect(await readToken(undefined)).toBeUndefined();
  vi.stubEnv("PUSHFORWARD_TOKEN", "def");
  expect(await readToken(undefined)).toBe("def");
  expect(await readToken(fileWith("t", "abc"))).toBe("abc");
  vi.unstubAllEnvs();
});

test("what is no token opens no door", async () => {
  for (const text of ["", "\n", "two words", "one\ntwo", "ä"]) {
    await expect(readToken(fileWith("t", text)), text).rejects.toThrow(
      /t: holds (nothing|more than a token); put in one word/,
    );
  }
  vi.stubEnv("PUSHFORWARD_TOKEN", "");
  await expect(readToken(undefined)).rejects.toThrow("PUSHFORWARD_TOKEN: holds nothing");
  vi.unstubAllEnvs();
  await expect(readToken("/absent/token")).rejects.toThrow("/absent/token: no such file");
});
