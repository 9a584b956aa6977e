import type { RefObject } from "preact";
import { useState } from "preact/hooks";
import { savePicture } from "../export/save-picture.ts";
import { messageOf } from "../message-of.ts";
import { Notice } from "./notice.tsx";

/** Buttons that save a chart as PNG and SVG. */
export function PictureMenu({
  of,
  name,
}: {
  /** An element that holds the chart's `svg`. */
  readonly of: RefObject<HTMLElement | null>;
  /** Of the file, without its ending. */
  readonly name: string;
}) {
  const [problem, setProblem] = useState<string>();
  const save = (format: "png" | "svg") => {
    const svg = of.current?.querySelector("svg");
    if (!svg) return;
    savePicture(svg, name, format).then(
      () => setProblem(undefined),
      (error: unknown) => setProblem(messageOf(error)),
    );
  };
  return (
    <div class="picture-menu">
      <button type="button" class="quiet" onClick={() => save("png")}>
        Save PNG
      </button>
      <button type="button" class="quiet" onClick={() => save("svg")}>
        Save SVG
      </button>
      {problem && <Notice kind="problem">{problem}</Notice>}
    </div>
  );
}
