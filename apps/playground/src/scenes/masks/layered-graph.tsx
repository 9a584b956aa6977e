import { useRef, useState } from "preact/hooks";
import { type Place, placeWithin, type Standing, standings } from "./reach.ts";
import type { DrawnUnit, Structure } from "./structure.ts";

interface LayeredGraphProps {
  readonly structure: Structure;
  readonly chosen: Place | null;
  readonly onChoose: (place: Place | null) => void;
  /** What is seen, in words. */
  readonly label: string;
}

export const WIDTH = 460;
export const HEIGHT = 440;
const TOP = 34;
const RADIUS = 11.5;
const WIDEST_GAP = 84;

/** Columns of units with what connects them; a unit can be chosen by pointer and keys. */
export function LayeredGraph({ structure, chosen, onChoose, label }: LayeredGraphProps) {
  const { connections, columns, kind } = structure;
  const units = useRef(new Map<string, SVGGElement>());
  const [wanted, setWanted] = useState<Place>(chosen ?? { column: 0, unit: 0 });
  const focus = placeWithin(connections, wanted) ?? { column: 0, unit: 0 };
  const standing = standings(connections, chosen);
  const at = layoutOf(structure);

  function move(event: KeyboardEvent) {
    // Those are the browser's, such as the way back.
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Enter" || event.key === " ") onChoose(same(focus, chosen) ? null : focus);
    else if (event.key === "Escape") onChoose(null);
    else {
      const next = neighbour(structure, focus, event.key);
      if (!next) return;
      // Its coming into focus is what makes it the one that the tab key comes to.
      units.current.get(keyOf(next))?.focus();
    }
    event.preventDefault();
  }

  const stateOf = ({ column, unit }: Place): Standing => standing[column]?.[unit] ?? "apart";
  const edges = connections.flatMap((layer, column) =>
    layer.flatMap((sees, to) =>
      sees.flatMap((isSeen, from) => {
        if (!isSeen) return [];
        const [before, after] = [
          stateOf({ column, unit: from }),
          stateOf({ column: column + 1, unit: to }),
        ];
        return [{ column, from, to, lit: litBetween(before, after) }];
      }),
    ),
  );
  // What is lit lies above the rest.
  const drawn = [...edges].sort((a, b) => Number(a.lit !== "apart") - Number(b.lit !== "apart"));

  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart has no other element for a group.
    <svg
      class={`chart masks-graph ${chosen ? "has-chosen" : ""}`}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="group"
      aria-label={label}
      onKeyDown={move}
    >
      {columns.map(({ title }, column) => (
        <text
          key={`title ${column}`}
          class="title"
          x={at({ column, unit: 0 }).x}
          y={15}
          text-anchor="middle"
        >
          {title}
        </text>
      ))}
      {kind === "coupling" &&
        connections.map((_, layer) => (
          <text
            key={`layer ${layer}`}
            class="between"
            x={(at({ column: layer, unit: 0 }).x + at({ column: layer + 1, unit: 0 }).x) / 2}
            y={HEIGHT - 6}
            text-anchor="middle"
          >
            {`layer ${layer + 1}`}
          </text>
        ))}
      {drawn.map(({ column, from, to, lit }) => {
        const [a, b] = [at({ column, unit: from }), at({ column: column + 1, unit: to })];
        const isOwn = kind === "coupling" && from === to;
        return (
          <path
            key={`${column} ${from} ${to}`}
            class={`edge ${lit} ${isOwn ? "own" : ""}`}
            d={`M${a.x + RADIUS} ${a.y}L${b.x - RADIUS} ${b.y}`}
          />
        );
      })}
      {columns.map((column, index) =>
        column.units.map(({ beside }, own) => {
          const { x, y } = at({ column: index, unit: own });
          const isLast = index === columns.length - 1;
          return (
            beside && (
              <text
                key={beside}
                class="beside"
                x={x + (isLast ? 17 : -17)}
                y={y}
                dy="0.35em"
                text-anchor={isLast ? "start" : "end"}
              >
                {beside}
              </text>
            )
          );
        }),
      )}
      {columns.map((column, index) =>
        column.units.map((unit, own) => {
          const place = { column: index, unit: own };
          return (
            <Unit
              key={keyOf(place)}
              unit={unit}
              standing={stateOf(place)}
              center={at(place)}
              height={at.gap(index)}
              isFocused={same(place, focus)}
              hold={(element) => {
                if (element) units.current.set(keyOf(place), element);
                else units.current.delete(keyOf(place));
              }}
              onFocus={() => setWanted(place)}
              onClick={() => {
                setWanted(place);
                onChoose(same(place, chosen) ? null : place);
              }}
            />
          );
        }),
      )}
    </svg>
  );
}

interface UnitProps {
  readonly unit: DrawnUnit;
  readonly standing: Standing;
  readonly center: { readonly x: number; readonly y: number };
  /** Room for a finger. */
  readonly height: number;
  /** Whether it is the one that the tab key comes to. */
  readonly isFocused: boolean;
  readonly hold: (element: SVGGElement | null) => void;
  readonly onFocus: () => void;
  readonly onClick: () => void;
}

const states: Record<Standing, string> = {
  chosen: "",
  reached: "reached",
  seen: "is depended on",
  apart: "",
};

function Unit(props: UnitProps) {
  const { unit, standing, center, height, isFocused, hold, onFocus, onClick } = props;
  const label = [unit.subject, unit.details, states[standing]].filter(Boolean).join(", ");
  const corner = unit.shape === "square" ? 3 : RADIUS;
  const box = (grown: number, round: number) => ({
    x: -RADIUS - grown,
    y: -RADIUS - grown,
    width: 2 * (RADIUS + grown),
    height: 2 * (RADIUS + grown),
    rx: round + grown,
  });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a chart has no buttons of its own. The graph hears the keys.
    <g
      ref={hold}
      class={`unit ${standing}`}
      transform={`translate(${center.x},${center.y})`}
      role="button"
      aria-label={label}
      aria-pressed={standing === "chosen"}
      tabindex={isFocused ? 0 : -1}
      onFocus={onFocus}
      onClick={onClick}
    >
      <rect class="room" x={-22} y={-height / 2} width={44} height={height} />
      <rect class="ring" {...box(4, corner)} />
      <rect class="body" {...box(0, corner)} />
      <text class="mark" text-anchor="middle" dy="0.35em">
        {unit.mark}
      </text>
    </g>
  );
}

/** Where units lie. */
function layoutOf({ columns, kind }: Structure) {
  const [left, right] = kind === "made" ? [46, 68] : [32, 32];
  const step = (WIDTH - left - right) / (columns.length - 1);
  const gap = (column: number) => {
    const count = columns[column]?.units.length ?? 1;
    return Math.min(WIDEST_GAP, (HEIGHT - TOP - 24) / count);
  };
  const at = ({ column, unit }: Place) => {
    const count = columns[column]?.units.length ?? 1;
    const middle = TOP + (HEIGHT - TOP - 24) / 2;
    return { x: left + step * column, y: middle + (unit - (count - 1) / 2) * gap(column) };
  };
  return Object.assign(at, { gap });
}

/** How a connection stands to the chosen unit. */
function litBetween(before: Standing, after: Standing): Standing {
  if ((before === "chosen" || before === "reached") && after === "reached") return "reached";
  if (before === "seen" && (after === "seen" || after === "chosen")) return "seen";
  return "apart";
}

/** Where an arrow key leads; undefined for other keys. */
function neighbour(
  { columns }: Structure,
  { column, unit }: Place,
  key: string,
): Place | undefined {
  const count = columns[column]?.units.length ?? 1;
  const across = (next: number): Place => {
    const inColumn = Math.max(0, Math.min(columns.length - 1, next));
    const other = columns[inColumn]?.units.length ?? 1;
    // The same height, or about that: columns are centred.
    const own = inColumn === column ? unit : Math.round(((unit + 0.5) * other) / count - 0.5);
    return { column: inColumn, unit: Math.max(0, Math.min(other - 1, own)) };
  };
  const within = (next: number): Place => ({
    column,
    unit: Math.max(0, Math.min(count - 1, next)),
  });
  switch (key) {
    case "ArrowRight":
      return across(column + 1);
    case "ArrowLeft":
      return across(column - 1);
    case "ArrowUp":
      return within(unit - 1);
    case "ArrowDown":
      return within(unit + 1);
    case "Home":
      return within(0);
    case "End":
      return within(count - 1);
    default:
      return undefined;
  }
}

const keyOf = ({ column, unit }: Place) => `${column}.${unit}`;

const same = (a: Place, b: Place | null) => a.column === b?.column && a.unit === b.unit;
