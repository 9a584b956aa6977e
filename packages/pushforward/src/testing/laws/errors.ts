import { ConditionError, ShapeError } from "../../core/errors.ts";
import { uploadParameters } from "../../core/parameters.ts";
import { type Shape, showShape } from "../../core/shape.ts";
import { type NDArray, np } from "../../engine/index.ts";
import type { MethodCall } from "../method.ts";
import type { Subject } from "../subject.ts";

/** A call that must be refused. */
interface Mistake {
  readonly what: string;
  /** Shapes of the arguments; `null`: left out. */
  readonly shape: Shape;
  readonly condShape: Shape | null;
  readonly error: typeof ShapeError | typeof ConditionError;
  /** What the message must contain, besides the kind of the part. */
  readonly says: readonly string[];
}

/** An event of another shape is refused with a ShapeError that says who, got, expected. */
export async function checkShapeErrors(
  subject: Subject,
  label: string,
  call: MethodCall,
): Promise<void> {
  const { shape, condShape } = subject;
  const context = condShape && [3, ...condShape];
  const wrong = [...shape.slice(0, -1), (shape.at(-1) as number) + 1];
  requireRefusal(subject, label, call, {
    what: "an event with one dimension too many",
    shape: [3, ...wrong],
    condShape: context,
    error: ShapeError,
    says: [showShape([3, ...wrong]), shape.join(", ")],
  });
}

/**
 * A context that is missing, has another shape, or that nobody asked for is refused with a
 * ConditionError that says who, got, expected.
 */
export async function checkContextErrors(
  subject: Subject,
  label: string,
  call: MethodCall,
): Promise<void> {
  const { condShape } = subject;
  const shape = [3, ...subject.shape];
  const base = { shape, error: ConditionError };
  if (condShape === null) {
    requireRefusal(subject, label, call, {
      ...base,
      what: "an unwanted context",
      condShape: [3, 2],
      says: ["[3, 2]", "unconditional"],
    });
    return;
  }
  const wrong = [...condShape.slice(0, -1), (condShape.at(-1) as number) + 1];
  requireRefusal(subject, label, call, {
    ...base,
    what: "a missing context",
    condShape: null,
    says: ["no context", condShape.join(", ")],
  });
  requireRefusal(subject, label, call, {
    ...base,
    what: "a context of another shape",
    condShape: [3, ...wrong],
    says: [showShape([3, ...wrong]), showShape(condShape)],
  });
  requireRefusal(subject, label, call, {
    ...base,
    what: "contexts for another number of rows",
    condShape: [2, ...condShape],
    says: [showShape([2, ...condShape]), showShape([3, ...condShape])],
  });
}

function requireRefusal(subject: Subject, label: string, call: MethodCall, mistake: Mistake): void {
  const { what, shape, condShape, error: Expected, says } = mistake;
  const params = uploadParameters(subject.layout, subject.params);
  const cond: NDArray | undefined = condShape ? np.zeros([...condShape]) : undefined;
  const refusal = outcome(() => call(params, np.zeros([...shape]), cond));
  if (!(refusal instanceof Expected)) {
    const got = refusal === undefined ? "went through" : `got ${refusal.name}: ${refusal.message}`;
    throw new Error(`${label}: ${what} ${got}, limit: a ${Expected.name}.`);
  }
  const missing = [subject.kind, ...says].find((text) => !refusal.message.includes(text));
  if (missing === undefined) return;
  throw new Error(
    `${label}: the message about ${what} does not contain "${missing}"; it is "${refusal.message}".`,
  );
}

function outcome(call: () => unknown): Error | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
