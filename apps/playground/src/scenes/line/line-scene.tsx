export function LineScene() {
  return <h2>Line</h2>;
}
