import { Help } from "commander";
import { wrap } from "./text-table.ts";

/** Narrower columns of text would be a word or two wide. */
const NARROWEST = 24;

/** An item of the help: text beside its term, or below it where a narrow terminal leaves no room. */
export function helpItem(term: string, termWidth: number, text: string, helper: Help): string {
  const width = helper.helpWidth ?? 80;
  if (!text || width - termWidth - 4 >= NARROWEST) {
    return Help.prototype.formatItem.call(helper, term, termWidth, text, helper);
  }
  return [`  ${term}`, ...wrap(text, width - 6).map((line) => `      ${line}`)].join("\n");
}
