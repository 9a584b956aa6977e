import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../../message-of.ts";
import { laboratory, workerState } from "../../worker/client.ts";
import type { MaskSettings } from "./settings.ts";
import { couplingStructure, madeStructure, type Structure } from "./structure.ts";

interface Answer {
  /** The last one, until the next is there; undefined at first. */
  readonly structure: Structure | undefined;
  readonly problem: string | undefined;
}

/** What the library says of the flow that is asked for. */
export function useStructure(settings: MaskSettings): Answer {
  const [answer, setAnswer] = useState<Answer>({ structure: undefined, problem: undefined });
  const { kind, dimensions, layers, partition, hidden, degrees, order, seed } = settings;
  const worker = workerState.value;

  useEffect(() => {
    let isCurrent = true;
    ask().then(
      (structure) => isCurrent && setAnswer({ structure, problem: undefined }),
      (error: unknown) => {
        if (isCurrent) setAnswer(({ structure }) => ({ structure, problem: messageOf(error) }));
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [worker, kind, dimensions, layers, partition, hidden.join(), degrees, order, seed]);

  async function ask(): Promise<Structure> {
    const lab = await laboratory();
    return kind === "coupling"
      ? couplingStructure(await lab.couplingMasks({ dimensions, layers, partition, seed }))
      : madeStructure(await lab.madeMasks({ dimensions, hidden, degrees, order, seed }));
  }

  return answer;
}
