import { cutEnd, filled, piecesOf, textWidth, wrapped } from "./label.ts";

/** Shares of a line that the name of a category may take. */
const SHARES = [1, 0.6, 0.5, 0.4, 0.3];

/** Categories that are looked at for a place in a name. */
const MOST_CATEGORIES = 12;

/**
 * The name of a column on at most `limit` lines, with what its codes stand for: `species (0 Adelie, 1 Gentoo)`. Where
 * that is too long, categories lose their ends, then whole ones are left out, never a code alone.
 */
export function codedName(
  name: string,
  categories: readonly string[],
  { room, fontSize, limit }: { room: number; fontSize: number; limit: number },
): string[] {
  for (let count = Math.min(categories.length, MOST_CATEGORIES); count > 0; count--) {
    for (const share of SHARES) {
      const entries = categories
        .slice(0, count)
        .map((category, code) => `${code} ${cutEnd(category, share * room, fontSize)}`);
      const all = count < categories.length ? [...entries, "…"] : entries;
      // A line never ends between a code and its category.
      const units = all.map((each, place) => (place < all.length - 1 ? `${each}, ` : `${each})`));
      const pieces = [...piecesOf(`${name} `), `(${units[0]}`, ...units.slice(1)];
      const lines = filled(pieces, room, fontSize, limit);
      if (lines.every((line) => textWidth(line, fontSize) <= room)) return lines;
    }
  }
  return wrapped(name, room, fontSize, limit);
}
