import { DataError } from "pushforward";
import { expect, test } from "vitest";
import { depthText, refuseBlack, stretched, upperBits } from "../../src/images/pixel-depth.ts";

const bytes = Uint8Array.from({ length: 256 }, (_, value) => value);

test("the upper bits of bytes are kept", () => {
  expect(Array.from(upperBits(Uint8Array.of(0, 7, 8, 127, 128, 255), 5))).toEqual([
    0, 0, 1, 15, 16, 31,
  ]);
  expect(Array.from(upperBits(Uint8Array.of(127, 128), 1))).toEqual([0, 1]);
  expect(upperBits(bytes, 8)).toBe(bytes);
});

test.each([
  [1, 1, /^a: the images are black in their upper 1 bit, .* is 1 of 255; multiply by 255 if/],
  [1, 127, /upper 1 bit, .* is 127 of 255; multiply by 2 /],
  [3, 31, /upper 3 bits, .* is 31 of 255; multiply by 8 /],
  [5, 0, /^a: every pixel is 0/],
  [8, 0, /^a: every pixel is 0/],
])(
  "images are refused of which %i bits are asked for and the largest value is %i",
  (bits, most, message) => {
    const refuse = () => refuseBlack("a", Uint8Array.of(0, most, 0), bits);
    expect(refuse).toThrow(DataError);
    expect(refuse).toThrow(message);
  },
);

test.each([
  [1, 128],
  [3, 32],
  [8, 1],
])("of %i bits something is left of pixels up to %i", (bits, most) => {
  expect(() => refuseBlack("a", Uint8Array.of(0, most, 0), bits)).not.toThrow();
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  "stretched pixels of %i bits have the same upper bits",
  (bits) => {
    const high = 2 ** bits - 1;
    const values = bytes.subarray(0, high + 1);
    const shown = Uint8Array.from(stretched(values, high));
    expect([shown[0], shown.at(-1)]).toEqual([0, 255]);
    expect(upperBits(shown, bits)).toEqual(values);
  },
);

test("values between and beyond those of pixels are stretched, too", () => {
  expect(Array.from(stretched([-1, 0.5, 2], 1))).toEqual([-255, 128, 510]);
});

test.each([
  [255, "8 bits, 0 to 255"],
  [1, "1 bit, 0 to 1"],
  [99, "0 to 99"],
])("pixels up to %i are %s", (high, text) => {
  expect(depthText(high)).toBe(text);
});
