import type { Structure } from "./structure.ts";

/** What lines and shapes mean. */
export function MaskLegend({ kind }: { readonly kind: Structure["kind"] }) {
  return (
    <>
      <ul class="legend">
        <li>
          <Line kind="reached" /> what the chosen unit reaches
        </li>
        <li>
          <Line kind="seen" /> what it depends on
        </li>
        {kind === "coupling" && (
          <>
            <li>
              <Shape corner={7} /> kept
            </li>
            <li>
              <Shape corner={2} /> changed
            </li>
          </>
        )}
      </ul>
      <p class="hint">
        {kind === "coupling"
          ? "Thick lines: a dimension's own way. Thin lines: through the layer's network."
          : "The number in a hidden unit is its degree, in an input or output its place in the order. A hidden unit sees numbers up to its own, an output only smaller ones."}
      </p>
    </>
  );
}

function Line({ kind }: { readonly kind: "reached" | "seen" }) {
  return (
    <svg class="masks-graph" viewBox="0 0 28 10" width="28" height="10" aria-hidden="true">
      <path class={`edge ${kind}`} d="M0 5h28" />
    </svg>
  );
}

function Shape({ corner }: { readonly corner: number }) {
  return (
    <svg class="masks-graph" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <rect class="sample" x={1} y={1} width={14} height={14} rx={corner} />
    </svg>
  );
}
