import { engine, engines } from "../worker/client.ts";
import type { EngineName } from "../worker/engines.ts";
import { Select } from "./select.tsx";

/** What computes; another choice starts the worker anew, without the model in hand. */
export function EngineChooser({ onChange }: { readonly onChange: (engine: EngineName) => void }) {
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
      onChange={onChange}
    />
  );
}
