import { expect, test } from "vitest";
import { parseBody } from "../../src/serve/json-body.ts";
import { RequestError } from "../../src/serve/request-error.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function refusal(body: Uint8Array): string {
  try {
    parseBody(body);
  } catch (error) {
    expect(error).toBeInstanceOf(RequestError);
    expect((error as RequestError).status).toBe(400);
    return (error as RequestError).message;
  }
  return expect.unreachable("nothing was refused");
}

test("a body is JSON in UTF-8", () => {
  expect(parseBody(bytes('{"a":[1,{"ä":"\\"{:"}]}'))).toEqual({ a: [1, { ä: '"{:' }] });
  expect(refusal(bytes(""))).toBe("the body is empty; send a JSON object");
  expect(refusal(Uint8Array.of(0x22, 0xff, 0x22))).toBe("the body is not text in UTF-8");
  for (const text of ['{"rows":[[1,', "[NaN]", "[Infinity]", "[01]", "{'a':1}", "[1]x"]) {
    expect(refusal(bytes(text)), text).toMatch(/^the body is not JSON: ./);
  }
});

test("no key comes twice in one object, however it is written", () => {
  const twice = (key: string) => `the body has the key "${key}" twice in one object; send it once`;
  expect(refusal(bytes('{"a":1,"b":{},"a":2}'))).toBe(twice("a"));
  expect(refusal(bytes('[{"a":1},{"b" : 1, "\\u0062"\n:2}]'))).toBe(twice("b"));
  expect(refusal(bytes('{"__proto__":1,"__proto__":1}'))).toBe(twice("__proto__"));
  const fine = '{"a":{"a":["a","a"]},"b":"a","c":"\\\\","d":"\\":"}';
  expect(parseBody(bytes(fine))).toEqual(JSON.parse(fine));
});

test("depth does not matter", () => {
  const deep = `${'{"a":['.repeat(10_000)}${"]}".repeat(10_000)}`;
  expect(() => parseBody(bytes(deep))).not.toThrow();
});
