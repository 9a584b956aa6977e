import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const manifests = [
  "package.json",
  "packages/pushforward/package.json",
  "packages/cli/package.json",
  "apps/playground/package.json",
];

/** @param {string} file path from the repository's root */
function read(file) {
  return readFileSync(new URL(`../${file}`, import.meta.url), "utf8");
}

test("docs/dependencies.md has a row for every dependency, with its version, and no other", () => {
  const named = manifests.flatMap((file) => {
    const { dependencies, devDependencies, peerDependencies } = JSON.parse(read(file));
    return Object.entries({ ...dependencies, ...devDependencies, ...peerDependencies });
  });
  const rows = [
    ...read("docs/dependencies.md").matchAll(/^\| `(.+?)` \| ([^,|]+?)(?:, exact)? \|/gm),
  ];
  /** @param {string[]} entry */
  const label = ([name, version]) => `${name} ${version}`;
  expect(rows.map((row) => label(row.slice(1))).sort()).toEqual(
    [...new Set(named.map(label))].sort(),
  );
});
