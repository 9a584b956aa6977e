import { DomainError } from "../core/errors.ts";
import type { AutoregressiveNetwork, Network } from "../core/network.ts";
import {
  type Activation,
  maskedMlp,
  maskedResNet,
  mlp,
  type ResNetOptions,
  resNet,
} from "../networks/index.ts";

/** The networks of a flow's layers. */
export interface ConditionerOptions {
  /** Widths of the hidden layers; default `[64, 64]`. With `residual`, one for each block, all equal. */
  hidden?: readonly number[] | undefined;
  /** Residual blocks instead of plain layers; each builder has its own default. */
  residual?: boolean | undefined;
  /** Share of each residual block's inner units that a training step leaves out; default 0. */
  dropout?: number | undefined;
  /** Default `"silu"`: densities without the creases of ReLU. */
  activation?: Activation | undefined;
}

/** The names of {@link ConditionerOptions}. */
export const conditionerNames = ["hidden", "residual", "dropout", "activation"] as const;

/**
 * The network of a coupling layer.
 *
 * @throws DomainError for widths that do not fit residual blocks, or dropout without any.
 */
export function conditionerOf(name: string, options: ConditionerOptions): Network {
  const blocks = residualOptions(name, options);
  return blocks ? resNet(blocks) : mlp(plainOptions(options));
}

/**
 * The network of an autoregressive layer.
 *
 * @throws DomainError as {@link conditionerOf}.
 */
export function autoregressiveConditionerOf(
  name: string,
  options: ConditionerOptions,
): AutoregressiveNetwork {
  const blocks = residualOptions(name, options);
  return blocks ? maskedResNet(blocks) : maskedMlp(plainOptions(options));
}

/** Widths and activation of plain layers, defaults filled in. */
export function plainOptions({ hidden = [64, 64], activation = "silu" }: ConditionerOptions) {
  return { hidden, activation };
}

function residualOptions(name: string, options: ConditionerOptions): ResNetOptions | undefined {
  const { residual = false, dropout = 0 } = options;
  const { hidden, activation } = plainOptions(options);
  if (!residual) {
    if (dropout === 0) return undefined;
    throw new DomainError(`${name}: dropout belongs to residual blocks; add residual: true.`);
  }
  const [width] = hidden;
  if (width === undefined || hidden.some((each) => each !== width)) {
    throw new DomainError(
      `${name}: its networks are residual, and all blocks have one width: give equal widths, one for each ` +
        `block, such as 64,64; got ${JSON.stringify(hidden)}. From code, residual: false takes any.`,
    );
  }
  return { width, blocks: hidden.length, dropout, activation };
}
