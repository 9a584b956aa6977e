export function TrainScene() {
  return <h2>Train</h2>;
}
