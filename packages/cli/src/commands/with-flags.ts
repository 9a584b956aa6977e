import { flagOf } from "../options/useless-options.ts";

/** What the library says of a training, with the options of the command in the place of its own; clipping has none. */
export function withFlags(message: string): string {
  return message.replace(" or clipNorm", "").replaceAll("learningRate", flagOf);
}
