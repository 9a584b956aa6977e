import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, release, totalmem, type } from "node:os";

/** What a reader needs to know of the machine; nothing that names it. */
export function describeMachine() {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    processors: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release().split("-")[0]}`,
    node: process.versions.node,
  };
}

/**
 * The first `threads` processors that this process may use, as `taskset` wants them; null where
 * there is no `taskset`.
 * @param {number} threads
 */
export function processorList(threads) {
  if (process.platform !== "linux" || spawnSync("taskset", ["--version"]).error) return null;
  const status = readFileSync("/proc/self/status", "utf8");
  const allowed = /^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "";
  const processors = allowed.split(",").flatMap((range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  return processors.slice(0, threads).join(",");
}

/**
 * The environment that holds every library to `threads` threads and to the CPU.
 * @param {number} threads
 */
export function environment(threads) {
  const count = String(threads);
  return {
    ...process.env,
    OMP_NUM_THREADS: count,
    MKL_NUM_THREADS: count,
    OPENBLAS_NUM_THREADS: count,
    NPROC: count,
    JAX_PLATFORMS: "cpu",
    CUDA_VISIBLE_DEVICES: "",
    PYTHONDONTWRITEBYTECODE: "1",
  };
}
