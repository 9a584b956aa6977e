import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Gate } from "./gate.ts";

/** What a service counts and times; Prometheus reads the registry. */
export interface Metrics {
  readonly registry: Registry;
  readonly requests: Counter<"route" | "status">;
  readonly seconds: Histogram<"route">;
  readonly rows: Counter<"route">;
  readonly batchRows: Histogram;
  readonly batchRequests: Histogram;
}

/** The measures of one service, the process's own among them. */
export function createMetrics(gate: Gate): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "pushforward_requests_in_flight",
    help: "Requests that are accepted and not yet answered.",
    registers,
    collect() {
      this.set(gate.inside);
    },
  });
  return {
    registry,
    requests: new Counter({
      name: "pushforward_requests_total",
      help: "Requests that were answered, by route and status.",
      labelNames: ["route", "status"],
      registers,
    }),
    seconds: new Histogram({
      name: "pushforward_request_seconds",
      help: "Time from a request's head to the end of its answer.",
      labelNames: ["route"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    rows: new Counter({
      name: "pushforward_rows_total",
      help: "Rows that were scored, mapped or drawn.",
      labelNames: ["route"],
      registers,
    }),
    batchRows: new Histogram({
      name: "pushforward_batch_rows",
      help: "Rows that went through the model in one call.",
      buckets: [1, 4, 16, 64, 256, 1024, 4096],
      registers,
    }),
    batchRequests: new Histogram({
      name: "pushforward_batch_requests",
      help: "Requests whose rows went through the model in one call.",
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
      registers,
    }),
  };
}
