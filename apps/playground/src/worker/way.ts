import { transfer } from "comlink";
import type { Model } from "pushforward";

/** What is sent through a flow. */
export interface WayRequest {
  /** Latents, or data, whose latents are sought first: `[n, 2]`, row-major. */
  readonly points: Float32Array;
  readonly from: "base" | "data";
  /** Stages of a layer that has a time, such as a continuous one. */
  readonly pieces: number;
}

/** Points at each stage on the way from the base to the data. */
export interface Way {
  readonly stages: readonly WayStage[];
}

export interface WayStage {
  readonly name: string;
  /** `[n, 2]`, row-major. */
  readonly points: Float32Array;
  /** Log-determinant of the layer before this stage, nats; of the base none. */
  readonly logDet: Float32Array | undefined;
}

export async function traceWay(model: Model, { points, from, pieces }: WayRequest): Promise<Way> {
  const rows = { data: points, shape: [points.length / 2, 2] };
  const latents = from === "base" ? rows : await model.encode(rows);
  const traced = await model.trace(latents, { pieces });
  const stages = traced.map(({ name, data, logDet }) => ({ name, points: data, logDet }));
  const buffers = stages.flatMap(({ points: at, logDet }) =>
    logDet ? [at.buffer, logDet.buffer] : [at.buffer],
  );
  return transfer({ stages }, buffers);
}
