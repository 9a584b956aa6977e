import { engines, flows } from "./cases.mjs";

/**
 * @typedef {object} Results
 * @property {ReturnType<typeof import("../machine.mjs").describeMachine>} machine
 * @property {string} browser
 * @property {number} seconds
 * @property {readonly ({ engine: string, flow: string, stepsPerSecond?: number, framesPerSecond?: number,
 *   longestFrame?: number, error?: string })[]} measured
 */

/** The measurements as a page. @param {Results} results */
export function table({ machine, browser, seconds, measured }) {
  const lines = flows.flatMap((flow) =>
    engines.flatMap((engine) => {
      const found = measured.find((each) => each.engine === engine.id && each.flow === flow.id);
      return found ? [row(flow.title, engine.title, found)] : [];
    }),
  );
  return `# Training in the page

Two moons, 256 rows in a step, in headless Chromium ${browser} on ${machine.cpu}, ${machine.processors} processors;
${seconds} seconds each, after the first steps. The pictures that the page draws meanwhile are included. WebGPU ran on
a software adapter where the machine has no graphics processor: that shows that it works, and not how fast.

| flow | engine | steps per second | frames per second | longest frame, ms |
| --- | --- | ---: | ---: | ---: |
${lines.join("\n")}
`;
}

/** @param {string} flow @param {string} engine @param {Results["measured"][number]} found */
function row(flow, engine, { stepsPerSecond, framesPerSecond, longestFrame, error }) {
  if (error !== undefined) return `| ${flow} | ${engine} | ${error} | – | – |`;
  const shown = [stepsPerSecond, framesPerSecond, longestFrame].map((value = Number.NaN) =>
    value.toFixed(value < 10 ? 1 : 0),
  );
  return `| ${flow} | ${engine} | ${shown.join(" | ")} |`;
}
