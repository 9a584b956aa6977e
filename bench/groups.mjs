/** The groups of cases as the report shows them; `unit` is what a time is divided by. */
export const groups = [
  { id: "train", title: "Training step", unit: 1, name: "ms per step" },
  { id: "logProb", title: "Log-density of a batch", unit: 1, name: "ms per batch" },
  { id: "sample", title: "Drawing a batch", unit: 1, name: "ms per batch" },
  { id: "million", title: "A million rows", unit: 1000, name: "s per million rows" },
];

/** The curves of the group `growth`; each varies one number of RQ-NSF 6, 128, 5, batch 512. */
export const curves = [
  { id: "rows", title: "Training step against rows of a batch" },
  { id: "dimensions", title: "Training step against dimensions" },
  { id: "layers", title: "Training step against layers" },
];
