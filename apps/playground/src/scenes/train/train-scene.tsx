import { useEffect } from "preact/hooks";
import { DataControls, linkHolds } from "./data-controls.tsx";
import { DensityView } from "./density-view.tsx";
import { FlowControls } from "./flow-controls.tsx";
import { LossView } from "./loss-view.tsx";
import { ModelFiles } from "./model-files.tsx";
import { settings } from "./settings.ts";
import { openTable } from "./table-reading.ts";
import { change, openModel } from "./training-state.ts";
import { Transport } from "./transport.tsx";
import "../../styles/train.css";

/** Files are taken wherever they are dropped: beside a place for them the browser would leave the page for the file. */
function takeDroppedFiles(): () => void {
  const allow = (event: DragEvent) => event.preventDefault();
  const take = (event: DragEvent) => {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file?.name.endsWith(".safetensors")) openModel(file);
    else if (file) {
      if (settings.peek().target !== "file") change({ target: "file" });
      openTable(file);
    }
  };
  addEventListener("dragover", allow);
  addEventListener("drop", take);
  return () => {
    removeEventListener("dragover", allow);
    removeEventListener("drop", take);
  };
}

/** Train a flow on points of the plane, and watch its density. */
export function TrainScene() {
  useEffect(takeDroppedFiles, []);
  return (
    <div class="scene train">
      <div class="about">
        <h2>Train a flow</h2>
        <p>
          A flow bends a round normal density into that of the data, by maps that can be undone.
          Choose data and a flow, and watch the density that it has learned so far.
        </p>
      </div>
      <div class="controls">
        <DataControls />
        <FlowControls />
        <ModelFiles shareable={linkHolds()} />
      </div>
      <div class="stage">
        <Transport />
        <div class="pair">
          <DensityView />
          <LossView />
        </div>
      </div>
    </div>
  );
}
