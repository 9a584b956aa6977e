import { curves, groups } from "./groups.mjs";
import { libraries } from "./libraries.mjs";
import { short, whole } from "./number-text.mjs";
import { lookUp } from "./results.mjs";

/** @typedef {import("./results.mjs").Results} Results */
/** @typedef {import("./results.mjs").Measurement} Measurement */
/** @typedef {import("./cases.mjs").Case} Case */

const bound = "matrix-products";

/** The library whose times the others' are compared with, if it was measured. */
const reference = "pushforward-onnx";

/** Parameter counts that differ by more than this from the most common one are marked. */
const TOLERANCE = 0.03;

/** The results as Markdown. @param {Results} results */
export function tables(results) {
  return `${[
    "# pushforward and its peers",
    ...preface(results),
    ...groups.flatMap((group) => groupTables(results, group)),
    ...curves.flatMap((curve) => curveTable(results, curve)),
    ...parameterTable(results),
    ...remarks(results),
  ].join("\n\n")}\n`;
}

/** @param {Results} results */
function preface({ facts, libraries: versions }) {
  const { machine, threads, affinity, rounds, date } = facts;
  const held = affinity
    ? ", and each process held to as many processors"
    : "; processes not held to processors";
  const list = versions.map(
    ({ library, versions: parts, threads: how }) =>
      `- ${titleOf(library)}: ${Object.entries(parts)
        .map((part) => part.join(" "))
        .join(", ")}; threads: ${how}`,
  );
  return [
    `${machine.cpu}, ${machine.processors} processors, ${machine.memoryGiB} GiB, ${machine.system}, ` +
      `Node ${machine.node}; ${date}. Threads of every library: ${threads}${held}. ` +
      `Rounds: ${rounds}.`,
    "Times are the minimum over all repetitions, the median in brackets. Numbers of a model: " +
      "dimensions, hidden width, layers, rows of a batch. The fastest library is bold.",
    ...(list.length ? [list.join("\n")] : []),
  ];
}

/** @param {Results} results */
function measuredCases({ cases, measurements }) {
  return cases.filter(({ id }) => measurements.some((found) => found.case === id));
}

/** @param {Results} results @param {typeof groups[number]} group */
function groupTables(results, { id, title, unit, name }) {
  const entries = measuredCases(results).filter(({ group }) => group === id);
  if (entries.length === 0) return [];
  const times = table(results, entries, (entry, library) =>
    timeCell(results, entry, library, unit),
  );
  const others = [`## ${title}`, `${name}:`, times];
  if (entries.some((entry) => lookUp(results, entry.id, reference))) {
    const compare = table(results, entries, (entry, library) => ratio(results, entry, library));
    others.push(`As a multiple of the time of ${titleOf(reference)}:`, compare);
  }
  const memory = table(results, entries, (entry, library) =>
    cell(lookUp(results, entry.id, library), ({ memoryMiB }) => whole(memoryMiB)),
  );
  others.push("Peak memory of the process, MiB:", memory);
  if (id === "train") {
    const first = table(results, entries, (entry, library) =>
      cell(lookUp(results, entry.id, library), (found) =>
        short(found.firstResultMilliseconds / 1000),
      ),
    );
    others.push("From starting the process to the end of the first step, s:", first);
  }
  return others;
}

/** @param {Results} results @param {typeof curves[number]} curve */
function curveTable(results, { id, title }) {
  const entries = measuredCases(results).filter(({ growth }) => growth?.along === id);
  if (entries.length === 0) return [];
  const times = table(results, entries, (entry, library) => timeCell(results, entry, library, 1));
  return [`## ${title}`, "RQ-NSF 6, 128, 5, 512 but for one number; ms per step:", times];
}

/** @param {Results} results */
function parameterTable(results) {
  const entries = measuredCases(results).filter(({ group }) =>
    ["train", "million"].includes(group),
  );
  if (entries.length === 0) return [];
  const counts = table(results, entries, (entry, library) => {
    if (library === bound) return "";
    const usual = usualCount(results, entry);
    return cell(lookUp(results, entry.id, library), ({ parameters }) => {
      const deviation = parameters / usual - 1;
      const mark = Math.abs(deviation) > TOLERANCE ? ` (${percent(deviation)})` : "";
      return whole(parameters) + mark;
    });
  });
  return ["## Parameters", counts];
}

/** The count that most libraries have. @param {Results} results @param {Case} entry */
function usualCount(results, entry) {
  const counts = results.measurements
    .filter(({ case: id, library }) => id === entry.id && library !== bound)
    .map(({ parameters }) => parameters);
  /** @param {number} value */
  const times = (value) => counts.filter((count) => count === value).length;
  return counts.reduce(
    (best, count) => (times(count) > times(best) ? count : best),
    counts[0] ?? 0,
  );
}

/** Notes of the workers, and what could not be measured. @param {Results} results */
function remarks({ measurements, absences }) {
  const notes = measurements.flatMap(({ library, note, case: id }) =>
    note ? [{ key: `${titleOf(library)}: ${note}`, id }] : [],
  );
  const missing = absences.map(({ library, reason, case: id }) => ({
    key: `${titleOf(library)}: ${reason}`,
    id,
  }));
  return [
    ...(notes.length ? ["## Notes", byKey(notes)] : []),
    ...(missing.length ? ["## Not measured", byKey(missing)] : []),
  ];
}

/** One line for each text, with the cases that it is of. @param {{ key: string, id: string }[]} texts */
function byKey(texts) {
  return [...new Set(texts.map(({ key }) => key))]
    .map((key) => {
      const ids = texts.filter((text) => text.key === key).map(({ id }) => id);
      return `- ${key} (${ids.length > 4 ? `${ids.length} cases` : ids.join(", ")})`;
    })
    .join("\n");
}

/**
 * A Markdown table: a row per case, a column per library that has something to show.
 * @param {Results} results @param {readonly Case[]} entries
 * @param {(entry: Case, library: string) => string} content
 */
function table(results, entries, content) {
  const columns = results.libraries
    .map(({ library }) => library)
    .filter((library) => entries.some((entry) => content(entry, library) !== ""));
  const head = ["", ...columns.map(titleOf)];
  const rows = entries.map((entry) => [
    entry.title,
    ...columns.map((library) => content(entry, library) || "–"),
  ]);
  return [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** @param {Results} results @param {Case} entry @param {string} library @param {number} unit */
function timeCell(results, entry, library, unit) {
  return cell(lookUp(results, entry.id, library), ({ milliseconds: { minimum, median } }) => {
    const text = `${short(minimum / unit)} (${short(median / unit)})`;
    return library !== bound && minimum === fastest(results, entry) ? `**${text}**` : text;
  });
}

/** @param {Results} results @param {Case} entry */
function fastest(results, entry) {
  const times = results.measurements
    .filter(({ case: id, library }) => id === entry.id && library !== bound)
    .map(({ milliseconds }) => milliseconds.minimum);
  return Math.min(...times);
}

/** @param {Results} results @param {Case} entry @param {string} library */
function ratio(results, entry, library) {
  const own = lookUp(results, entry.id, reference);
  if (!own) return "";
  return cell(lookUp(results, entry.id, library), ({ milliseconds }) =>
    (milliseconds.minimum / own.milliseconds.minimum).toFixed(2),
  );
}

/** @param {Measurement | undefined} found @param {(found: Measurement) => string} text */
function cell(found, text) {
  return found ? text(found) : "";
}

/** @param {string} library */
function titleOf(library) {
  return libraries.find(({ id }) => id === library)?.title ?? library;
}

/** @param {number} share */
function percent(share) {
  return `${share > 0 ? "+" : "−"}${Math.abs(100 * share).toFixed(0)} %`;
}
