export function DigitsScene() {
  return <h2>Digits</h2>;
}
