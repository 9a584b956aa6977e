/** Whether Ctrl-C was pressed, in work that stops at the next good place. */
export interface Interrupt {
  readonly asked: boolean;
  /** Gives Ctrl-C back its usual meaning. */
  end(): void;
}

export function watchInterrupt(): Interrupt {
  let asked = false;
  const listener = () => {
    asked = true;
  };
  process.once("SIGINT", listener);
  return {
    get asked() {
      return asked;
    },
    end: () => {
      process.off("SIGINT", listener);
    },
  };
}
