import { chosenEngine, engine, engines } from "../worker/client.ts";
import { Select } from "./select.tsx";

/** What computes; another choice starts the worker anew, without the model in hand. */
export function EngineChooser() {
  const options = engines.value.map(({ name, title, missing }) => ({
    value: name,
    title: missing ? `${title}: ${missing}` : title,
    disabled: missing !== undefined,
  }));
  return (
    <Select
      label="Engine"
      value={engine.value ?? "wasm"}
      options={options.length > 0 ? options : [{ value: "wasm" as const, title: "WebAssembly" }]}
      onChange={(value) => {
        chosenEngine.value = value;
      }}
    />
  );
}
