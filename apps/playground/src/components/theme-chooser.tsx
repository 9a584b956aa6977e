import { type Theme, theme } from "../theme.ts";
import { Select } from "./select.tsx";

const titles: Record<Theme, string> = { system: "As the system", light: "Light", dark: "Dark" };

export function ThemeChooser() {
  return (
    <Select
      label="Colours"
      value={theme.value}
      options={(Object.keys(titles) as Theme[]).map((value) => ({ value, title: titles[value] }))}
      onChange={(value) => {
        theme.value = value;
      }}
    />
  );
}
