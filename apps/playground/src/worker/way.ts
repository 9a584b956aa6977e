import { transfer } from "comlink";
import type { Model } from "pushforward";

/** What is sent through a flow: a square grid of the base, draws of the base, or data, whose latents are sought first. */
export type WayRequest = (
  | { readonly of: "grid"; readonly nodes: number }
  | { readonly of: "draws"; readonly count: number }
  | { readonly of: "data"; readonly points: Float32Array }
) & {
  /** Stages of a layer that has a time, such as a continuous one. */
  readonly pieces: number;
};

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

export async function traceWay(model: Model, request: WayRequest): Promise<Way> {
  const { pieces } = request;
  const traced = await model.trace(await latentsOf(model, request), { pieces });
  const stages = traced.map(({ name, data, logDet }) => ({ name, points: data, logDet }));
  const buffers = stages.flatMap(({ points, logDet }) =>
    logDet ? [points.buffer, logDet.buffer] : [points.buffer],
  );
  return transfer({ stages }, buffers);
}

async function latentsOf(model: Model, request: WayRequest) {
  switch (request.of) {
    case "draws":
      return request.count;
    case "data":
      return model.encode({ data: request.points, shape: [request.points.length / 2, 2] });
    case "grid":
      return gridOf(model, request.nodes);
  }
}

/** Where the base has no ends, as far as this many standard deviations of a normal one. */
const REACH = 2.6;

/** A map may have no value at the ends of a base: as much of its width is left out there. */
const EDGE = 1e-3;

/** A grid over the base, row-major, the lowest row first. */
function gridOf(model: Model, nodes: number) {
  const { support } = model.flow.flow?.base ?? {};
  const sides = [0, 1].map((axis) => {
    const [low = -Infinity, high = Infinity] = support?.[axis] ?? [];
    if (!Number.isFinite(high - low)) return [-REACH, REACH] as const;
    return [low + EDGE * (high - low), high - EDGE * (high - low)] as const;
  });
  const data = Float32Array.from({ length: 2 * nodes ** 2 }, (_, i) => {
    const node = i >> 1;
    const index = i % 2 === 0 ? node % nodes : Math.floor(node / nodes);
    const [from, to] = sides[i % 2] as readonly [number, number];
    return from + ((to - from) * index) / (nodes - 1);
  });
  return { data, shape: [nodes ** 2, 2] };
}
