/** Labels come from other people's files: they can be long, or hold characters XML forbids. */

/** Width of a text in pixels, estimated from the widths of DejaVu Sans. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const character of text) ems += characterWidth(character);
  return ems * fontSize;
}

function characterWidth(character: string): number {
  if ((character.codePointAt(0) ?? 0) >= 0x2e80) return 1.05;
  if (/[ ijlItfr.,:;'|()[\]!/\\⁰¹²³⁴⁵⁶⁷⁸⁹⁻]/u.test(character)) return 0.4;
  if (/[mwMWQ@%…—]/u.test(character)) return 1;
  return /[A-Z×−+=<>~_#&]/u.test(character) ? 0.76 : 0.63;
}

/** The text without characters that XML forbids, with its middle left out if it is too wide. */
export function shortened(text: string, room: number, fontSize: number): string {
  const clean = printable(text);
  if (textWidth(clean, fontSize) <= room) return clean;
  const characters = [...clean];
  // Names of one table often share their beginning: both ends are kept.
  for (let keep = characters.length - 1; keep > 2; keep--) {
    const head = characters.slice(0, Math.ceil(keep / 2)).join("");
    const tail = characters.slice(characters.length - Math.floor(keep / 2)).join("");
    if (textWidth(`${head}…${tail}`, fontSize) <= room) return `${head}…${tail}`;
  }
  return `${characters[0]}…`;
}

/** The text without characters that XML forbids, with its end left out if it is too wide. */
export function cutEnd(text: string, room: number, fontSize: number): string {
  const clean = printable(text);
  if (textWidth(clean, fontSize) <= room) return clean;
  const characters = [...clean];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, fontSize) > room)
    characters.pop();
  return `${characters.join("").trimEnd()}…`;
}

/** The text on at most `limit` lines, broken after spaces and `_ . - /`; what is left is shortened. */
export function wrapped(text: string, room: number, fontSize: number, limit: number): string[] {
  const lines = filled(piecesOf(text), room, fontSize, limit);
  return lines.map((line) => shortened(line, room, fontSize));
}

/** Where a text may be broken: after spaces and `_ . - /`. */
export function piecesOf(text: string): string[] {
  return printable(text).match(/[^\s_./-]*[\s_./-]*/gu) ?? [];
}

/** Pieces on at most `limit` lines, with nothing left out: the last line, or a single piece, may be too wide. */
export function filled(
  pieces: readonly string[],
  room: number,
  fontSize: number,
  limit: number,
): string[] {
  const lines = [""];
  for (const piece of pieces) {
    const line = lines[lines.length - 1] + piece;
    const fits = textWidth(line.trimEnd(), fontSize) <= room || lines[lines.length - 1] === "";
    if (fits || lines.length === limit) lines[lines.length - 1] = line;
    else lines.push(piece);
  }
  return lines.map((line) => line.trim());
}

/** The text with a replacement character for each one that XML 1.0 forbids, on one line. */
export function printable(text: string): string {
  return text.replace(/\s+/gu, " ").replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, "\uFFFD");
}

/** A whole number, its thousands set apart: `12,345`. */
export function whole(count: number): string {
  return count.toLocaleString("en-US");
}
