export function MasksScene() {
  return <h2>Masks</h2>;
}
