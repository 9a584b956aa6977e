import type { AutoregressiveNetwork } from "../core/network.ts";
import type { NDArray } from "../engine/index.ts";
import { activationNamed } from "./activation.ts";
import { sequentialDegrees } from "./degrees.ts";
import { dropout } from "./dropout.ts";
import { type MaskedLayer, type MaskedParams, maskedNetwork } from "./masked-network.ts";
import { type ResNetOptions, resNetSettings, SMALL } from "./res-net.ts";

/**
 * ResMADE: a residual network that masks make autoregressive, all its layers with the same degrees
 * (Nash and Durkan 2019, arXiv:1904.05626, section 3.2; as in Durkan et al. 2019, arXiv:1906.04032).
 *
 * Blocks and initial weights are those of `resNet`. One pass gives the outputs of all dimensions.
 *
 * @throws DomainError as `resNet`.
 */
export function maskedResNet(options: ResNetOptions = {}): AutoregressiveNetwork<MaskedParams> {
  const settings = resNetSettings("maskedResNet", options);
  const { width, blocks, activation, dropout: rate } = settings;
  const activate = activationNamed("maskedResNet", activation);
  const activateInner = (x: NDArray) => dropout(activate(x), rate);
  return maskedNetwork({
    kind: "maskedResNet",
    options: settings,
    layers(lowest, highest) {
      const degrees = sequentialDegrees(width, lowest, highest);
      const first = { degrees, scale: 1, stream: "start", activate } as const;
      const inner = { degrees, scale: 1, stream: "none", activate: activateInner } as const;
      const outer = { degrees, scale: SMALL, stream: "add", activate } as const;
      return [first, ...Array.from({ length: blocks }, (): MaskedLayer[] => [inner, outer]).flat()];
    },
  });
}
