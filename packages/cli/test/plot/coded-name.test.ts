import { expect, test } from "vitest";
import { codedName } from "../../src/plot/coded-name.ts";
import { textWidth } from "../../src/plot/label.ts";

const penguins = ["Adelie", "Chinstrap", "Gentoo"];
const place = (room: number) => ({ room, fontSize: 11, limit: 3 });

test("categories stand beside the name with their codes", () => {
  const lines = codedName("species", penguins, place(190));
  expect(lines.join(" ")).toBe("species (0 Adelie, 1 Chinstrap, 2 Gentoo)");
  expect(codedName("species", [], place(190))).toEqual(["species"]);
});

test.each([140, 110, 104, 90, 80])(
  "in %d pixels names lose their ends, and no code is lost",
  (room) => {
    const lines = codedName("species", penguins, place(room));
    expect(lines.length).toBeLessThanOrEqual(3);
    for (const line of lines) expect(textWidth(line, 11)).toBeLessThanOrEqual(room);
    expect(lines.join(" ")).toMatch(/^species \(0 A.*, 1 C.*, 2 G[^,]*\)$/);
    for (const line of lines) expect(line).not.toMatch(/\d$/);
  },
);

test("of many categories the last are left out whole", () => {
  const many = Array.from({ length: 40 }, (_, index) => `district ${index}`);
  const text = codedName("where", many, place(110)).join(" ");
  expect(text).toMatch(/^where \(0 d[^,]*, 1 d[^,]*,.* …\)$/);
  const codes = Array.from(text.matchAll(/[(,] (\d+) |\((\d+) /g), ([, a, b]) => Number(a ?? b));
  expect(codes).toEqual(codes.map((_, index) => index));
});

test("a name without room for categories stands alone", () => {
  const name = "the_name_of_a_column_that_takes_all_of_its_three_lines";
  const text = codedName(name, penguins, place(104)).join("");
  expect(text).not.toContain("0 A");
});
