import { effect, signal } from "@preact/signals";

const key = "pushforward-theme";

/** Dark, light, or as the system has it. */
export type Theme = "system" | "light" | "dark";

/** Chosen by the visitor; remembered in this browser. */
export const theme = signal<Theme>(remembered());

function remembered(): Theme {
  const stored = readStored();
  return stored === "light" || stored === "dark" ? stored : "system";
}

/** Browsers may refuse storage altogether. */
function readStored(): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  try {
    localStorage.setItem(key, theme.value);
  } catch {
    // The choice then lasts as long as the page.
  }
});
