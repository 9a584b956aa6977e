/** @param {readonly string[]} head @param {readonly (readonly string[])[]} lines */
export function table(head, lines) {
  return [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** With the sign that is as long as a plus. @param {string} text */
export function signed(text) {
  return text.replace("-", "−");
}
