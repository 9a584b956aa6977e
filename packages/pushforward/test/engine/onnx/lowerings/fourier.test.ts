import { beforeAll, expect, test } from "vitest";
import { EngineError } from "../../../../src/core/errors.ts";
import { type NDArray, np, ready, valueAndGrad } from "../../../../src/engine/index.ts";
import { describeLowered, expectLoweredEqual, normals, runLowered } from "../run-lowered.ts";

beforeAll(() => ready());

/** Sums of up to this many terms are rounded in another order. */
const tolerance = 1e-5;

describeLowered("Fourier transforms", () => {
  test.each([1, 2, 5, 8, 12, 17, 60, 64])("of length %i, both ways", (length) =>
    expectLoweredEqual(
      (real, imag) => [np.fft.fft({ real: real.ref, imag: imag.ref }), np.fft.ifft({ real, imag })],
      [[normals(length, 3, length), normals(length + 1, 3, length)]],
      { tolerance },
    ),
  );

  test("along several axes", () =>
    expectLoweredEqual(
      (real, imag) => np.fft.fftn({ real, imag }),
      [[normals(1, 4, 6, 5), normals(2, 4, 6, 5)]],
      { tolerance },
    ));

  test("of real numbers, and back", () =>
    expectLoweredEqual(
      (x) => {
        const spectrum = np.fft.rfft(x, 0);
        const copy = { real: spectrum.real.ref, imag: spectrum.imag.ref };
        return [spectrum, np.fft.irfft(copy, 0)];
      },
      [[normals(3, 10, 4)]],
      { tolerance },
    ));

  test("with their gradients", () => {
    const loss = (x: NDArray) => {
      const { real, imag } = np.fft.fft({ real: x.ref, imag: x });
      return np.sum(real.ref.mul(real).mul(imag));
    };
    return expectLoweredEqual((x) => [...valueAndGrad(loss)(x)], [[normals(4, 3, 9)]], {
      tolerance,
    });
  });

  test("for any number of rows", () =>
    expectLoweredEqual(
      (real, imag) => np.fft.fft({ real, imag }),
      [11, 1, 6].map((count) => [normals(count, count, 12), normals(count + 1, count, 12)]),
      { symbolicRows: 11, tolerance },
    ));

  test("refuses lengths that are not fixed or would fill the model", async () => {
    const transform = (real: NDArray, imag: NDArray) => np.fft.fft({ real, imag }, 0);
    const refused = runLowered(transform, [normals(1, 11, 2), normals(2, 11, 2)], 11);
    await expect(refused).rejects.toThrow(EngineError);
    await expect(refused).rejects.toThrow("number of rows");
    const long = runLowered(transform, [normals(1, 2048), normals(2, 2048)]);
    await expect(long).rejects.toThrow("up to 1024, got 2048");
  });
});
