export function InsideScene() {
  return <h2>Inside</h2>;
}
