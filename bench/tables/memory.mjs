// Streams large tables through the command's reader and writer: rows a second, and the largest
// resident memory of a process for each case. Needs `npm run build`.

import { spawnSync } from "node:child_process";
import { createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const ROWS_AT_ONCE = 8192;

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: "50000000" },
    case: { type: "string" },
    folder: { type: "string" },
    modules: { type: "string", default: "../../packages/cli/dist" },
  },
});
const rows = Number(options.rows);

/** What is read, by case; each has the rows of the query, or as many as it says. */
const query = `SELECT range AS id, sin(range) AS x, range % 97 AS k FROM range(${rows})`;
const cases = {
  query: (read) => read({ sql: query }),
  sample: (read) => read({ sql: query }, { rows: 100_000, seed: 1 }),
  "query to Parquet": (read, folder) => read({ sql: query }, { write: join(folder, "a.parquet") }),
  Parquet: (read, folder) => read({ path: join(folder, "a.parquet") }),
  "Parquet to CSV": (read, folder) =>
    read({ path: join(folder, "a.parquet") }, { write: join(folder, "a.csv") }),
  CSV: (read, folder) => read({ path: join(folder, "a.csv") }),
  "fit to a million": (_, folder) => fitMillion(folder),
  "score a query to Parquet": (_, folder) => scoreQuery(folder),
  "10,000 columns of CSV": (read, folder) => wide(read, join(folder, "wide.csv")),
};

if (options.case) await runCase(options.case, options.folder);
else runAll();

function runAll() {
  const folder = mkdtempSync(join(tmpdir(), "pushforward-bench-"));
  try {
    for (const name of Object.keys(cases)) {
      const given = ["rows", "modules"].map((key) => `--${key}=${options[key]}`);
      const args = [
        fileURLToPath(import.meta.url),
        `--case=${name}`,
        `--folder=${folder}`,
        ...given,
      ];
      spawnSync(process.execPath, args, { stdio: "inherit" });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runCase(name, folder) {
  const begin = performance.now();
  const seen = await cases[name](readAll, folder);
  const seconds = (performance.now() - begin) / 1000;
  // In kilobytes, on every platform.
  const peak = process.resourceUsage().maxRSS / 1024;
  const rate = seen / seconds / 1e6;
  console.log(
    `${name}: ${seen.toLocaleString("en-US")} rows, ${seconds.toFixed(1)} s, ` +
      `${rate.toFixed(2)} million rows/s, ${peak.toFixed(0)} MiB resident`,
  );
}

/** Goes through all rows in chunks, or reads some at random; writes them where asked. */
async function readAll(input, { write, ...choice } = {}) {
  const { openData } = await import(`${options.modules}/table/open-data.js`);
  const { openTableWriter } = await import(`${options.modules}/output/table-writer.js`);
  const data = await openData(input);
  try {
    if (choice.rows) return (await data.read(data.columns, choice)).rows;
    const writer = write ? await openTableWriter(write, data.columns) : null;
    let seen = 0;
    for await (const table of data.chunks(data.columns, ROWS_AT_ONCE)) {
      await writer?.write(table);
      seen += table.rows;
    }
    await writer?.close();
    return seen;
  } finally {
    data.close();
  }
}

/** Three columns: a triangle, an exponential, whole numbers. */
function mixed(count) {
  return (
    "SELECT random() + random() AS a, -ln(random()) AS b, (20 * random())::INT AS c " +
    `FROM range(${count})`
  );
}

async function fitMillion(folder) {
  const { fitCommand } = await import(`${options.modules}/commands/fit.js`);
  const flow = { flow: "realnvp", layers: 2, hidden: [16], steps: 300, seed: 0 };
  await fitCommand(undefined, { ...flow, sql: mixed(rows), out: join(folder, "m.safetensors") });
  return Math.min(rows, 1_000_000);
}

async function scoreQuery(folder) {
  const { scoreCommand } = await import(`${options.modules}/commands/score.js`);
  const out = join(folder, "scores.parquet");
  await scoreCommand(join(folder, "m.safetensors"), undefined, { sql: mixed(rows), out });
  return rows;
}

async function wide(read, path) {
  const columns = Array.from({ length: 10_000 }, (_, column) => column);
  await pipeline(function* () {
    yield `${columns.map((column) => `c${column}`).join(",")}\n`;
    for (let row = 0; row < 200; row++) {
      yield `${columns.map((column) => ((row * column) % 97) / 10).join(",")}\n`;
    }
  }, createWriteStream(path));
  return read({ path });
}
