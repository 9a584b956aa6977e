/** Counts requests that are accepted and not yet answered, and lets in so many at a time. */
export interface Gate {
  readonly inside: number;
  /** False: it is full. */
  enter(): boolean;
  leave(): void;
}

/** @param most that may be inside. */
export function createGate(most: number): Gate {
  let inside = 0;
  return {
    get inside() {
      return inside;
    },
    enter() {
      if (inside >= most) return false;
      inside++;
      return true;
    },
    leave() {
      inside--;
    },
  };
}
