import { DataControls, linkHolds } from "./data-controls.tsx";
import { DensityView } from "./density-view.tsx";
import { FlowControls } from "./flow-controls.tsx";
import { LossView } from "./loss-view.tsx";
import { ModelFiles } from "./model-files.tsx";
import { Transport } from "./transport.tsx";
import "../../styles/train.css";

/** Train a flow on points of the plane, and watch its density. */
export function TrainScene() {
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
