/** What a training waits at while it is paused. */
export interface Gate {
  isClosed(): boolean;
  close(): void;
  open(): void;
  /** Let through who waits, and stay closed. */
  openOnce(): void;
  /** Resolves at once where the gate is open. */
  passed(): Promise<void>;
}

export function createGate(): Gate {
  let closed = false;
  let waiting: (() => void)[] = [];
  const letThrough = () => {
    const released = waiting;
    waiting = [];
    for (const release of released) release();
  };
  return {
    isClosed: () => closed,
    close() {
      closed = true;
    },
    open() {
      closed = false;
      letThrough();
    },
    openOnce: letThrough,
    passed: () => (closed ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
  };
}
