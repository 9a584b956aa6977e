import type { Structure } from "./structure.ts";

/** The room of the matrices until the library has told what is in them. */
export function PatternRoom({ kind }: { readonly kind: Structure["kind"] }) {
  const isCoupling = kind === "coupling";
  return (
    <div class="panel" aria-hidden="true">
      <div class="head">
        <h3>What depends on what</h3>
      </div>
      {isCoupling && <div class="masks-slider-room" />}
      <div class={`masks-matrices ${isCoupling ? "" : "single"}`}>
        <Matrix />
        {isCoupling && <Matrix />}
      </div>
      <p class="masks-said" />
    </div>
  );
}

function Matrix() {
  return (
    <figure>
      <svg class="chart" viewBox="0 0 200 200" aria-hidden="true" />
      <figcaption>&nbsp;</figcaption>
    </figure>
  );
}
