import { table } from "../images/markdown.mjs";
import { short, whole } from "../number-text.mjs";

/** @typedef {import("./measure.mjs").Settings} Settings */
/** @typedef {import("./measure.mjs").Result} Result */
/** @typedef {import("./cases.mjs").Case} Case */
/** @typedef {{ settings: Settings, result: Result & { machine: string } }} Entry */

/** What was measured, in Markdown. @param {readonly Entry[]} entries @param {readonly Case[]} cases */
export function page(entries, cases) {
  const measured = cases.flatMap((of) =>
    entries.filter(({ settings }) => settings.case === of.id).map((entry) => ({ of, ...entry })),
  );
  return `${[
    "# The service under load",
    "Clients on the same machine, each of which sends a request when it has the answer to the one before, " +
      "on connections that stay open. Times are theirs: from sending to the end of the answer. 429 is what " +
      "the service says when more requests wait than it lets in; the client comes back after 0.1 s. Errors " +
      "are all other statuses, and connections that were lost.",
    table(
      [
        "",
        "clients",
        "let in",
        "seconds",
        "answers/s",
        "rows/s",
        "p50 ms",
        "p99 ms",
        "429",
        "errors",
      ],
      measured.map(({ of, settings, result }) => {
        const [all] = result.routes;
        return [
          of.title,
          whole(settings.connections),
          whole(settings.maxConcurrent),
          whole(settings.seconds),
          whole(result.perSecond),
          whole(result.rowsPerSecond),
          short(all?.p50 ?? Number.NaN),
          short(all?.p99 ?? Number.NaN),
          whole(result.busy),
          whole(Object.values(result.errors).reduce((sum, count) => sum + count, 0)),
        ];
      }),
    ),
    "Requests that wait go through the model together; memory is the resident set of the service, the mean " +
      "of each quarter of the time.",
    table(
      ["", "requests per call", "MiB, 1st quarter", "2nd", "3rd", "4th"],
      measured.map(({ of, result }) => [
        of.title,
        short(result.requestsPerCall),
        ...quarters(result.memory.map(({ mebibytes }) => mebibytes)).map(whole),
      ]),
    ),
    "By route:",
    table(
      ["", "", "answers", "p50 ms", "p99 ms", "slowest ms"],
      measured.flatMap(({ of, result }) =>
        result.routes
          .slice(1)
          .map(({ route, answers, p50, p99, slowest }) => [
            of.title,
            `\`${route}\``,
            whole(answers),
            short(p50),
            short(p99),
            short(slowest),
          ]),
      ),
    ),
    ...new Set(
      measured.map(({ result: { machine, engine } }) => `Measured on ${machine}; ${engine}.`),
    ),
  ].join("\n\n")}\n`;
}

/** Means of the four quarters of a list. @param {readonly number[]} values */
export function quarters(values) {
  return [0, 1, 2, 3].map((quarter) => {
    const part = values.slice(
      Math.floor((quarter * values.length) / 4),
      Math.floor(((quarter + 1) * values.length) / 4),
    );
    return part.reduce((sum, value) => sum + value / part.length, 0);
  });
}
