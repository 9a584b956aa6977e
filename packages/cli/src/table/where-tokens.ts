/** A word, a sign, or a text in quotes. */
export interface Token {
  /** Without its quotes. */
  readonly text: string;
  readonly quote: "'" | '"' | undefined;
  /** Where it is: the first character, and the one after the last. */
  readonly begin: number;
  readonly end: number;
}

/** Quoted text, signs, the word in before its list, and other words: these may hold parentheses, such as mass(kg). */
const TOKEN =
  /'(?:[^']|'')*'|"(?:[^"]|"")*"|<=|>=|!=|<>|==|[=<>(),]|in(?=\()|(?:[^\s'"<>=!(),]+(?:\([^\s'"<>=!(),]*\))?)+|\S/gi;

/** The words and signs of conditions. */
export function tokensOf(text: string): Token[] {
  return [...text.matchAll(TOKEN)].map(({ 0: found, index }) => {
    const mark = found.length > 1 ? found[0] : undefined;
    const quote = mark === "'" || mark === '"' ? mark : undefined;
    const inner = quote ? found.slice(1, -1).replaceAll(quote + quote, quote) : found;
    return { text: inner, quote, begin: index, end: index + found.length };
  });
}
