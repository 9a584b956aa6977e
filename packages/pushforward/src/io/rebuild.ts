import * as bijectors from "../bijectors/index.ts";
import type { Distribution } from "../core/distribution.ts";
import { ModelFileError } from "../core/errors.ts";
import type { Family, Json, Spec } from "../core/spec.ts";
import * as distributions from "../distributions/index.ts";
import * as networks from "../networks/index.ts";
import * as transformers from "../transformers/index.ts";

type Factory = (options: never) => unknown;

/** Factories by kind: the library's own, or a user's for parts of their own making. */
export type Factories = { readonly [F in Family]?: { readonly [kind: string]: unknown } };

const library = {
  bijector: bijectors,
  distribution: distributions,
  network: networks,
  transformer: transformers,
} as const satisfies Factories;

/** What parts a spec is made of. */
export const families = Object.keys(library) as Family[];

/**
 * Build a distribution again from its spec. Nothing is executed but the factories that it names.
 *
 * @param factories for kinds that the library does not know: `{ bijector: { myBijector } }`.
 * @param source what errors name.
 * @throws ModelFileError for an unknown kind or options that its factory refuses.
 */
export function rebuild(spec: Spec, factories: Factories = {}, source = "model"): Distribution {
  if (typeof spec?.distribution !== "string" || typeof spec.options !== "object") {
    throw new ModelFileError(`${source}: its spec is not that of a distribution.`);
  }
  return revive(spec as unknown as Json, { factories, source }) as Distribution;
}

interface Origin {
  readonly factories: Factories;
  readonly source: string;
}

function revive(value: Json | undefined, origin: Origin): unknown {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((entry) => revive(entry, origin));
  const entries = Object.entries(value).map(([key, entry]) => [key, revive(entry, origin)]);
  const revived = Object.fromEntries(entries);
  const family = families.find((name) => typeof value[name] === "string" && "options" in value);
  if (!family) return revived;
  return build(family, value[family] as string, revived.options, origin);
}

function build(
  family: Family,
  kind: string,
  options: unknown,
  { factories, source }: Origin,
): unknown {
  const own = factories[family];
  const known = own && Object.hasOwn(own, kind) ? own : library[family];
  const factory = Object.hasOwn(known, kind) ? (known as Record<string, unknown>)[kind] : undefined;
  if (typeof factory !== "function") {
    throw new ModelFileError(
      `${source}: it has a ${family} of the unknown kind "${kind}". Load it with a newer version, or ` +
        `give its factory: load(path, { factories: { ${family}: { ${kind} } } }).`,
    );
  }
  try {
    return (factory as Factory)(options as never);
  } catch (error) {
    throw new ModelFileError(
      `${source}: its ${family} "${kind}" cannot be built: ${(error as Error).message}`,
      { cause: error },
    );
  }
}
