import type { ComponentChildren } from "preact";

/** Something to be said; problems are read out at once. */
export function Notice({
  kind = "note",
  children,
}: {
  readonly kind?: "note" | "problem";
  readonly children: ComponentChildren;
}) {
  return kind === "problem" ? (
    <p class="notice problem" role="alert">
      {children}
    </p>
  ) : (
    <p class="notice" role="status">
      {children}
    </p>
  );
}
