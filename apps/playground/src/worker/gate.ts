/** What a training waits at while it is paused. */
export interface Gate {
  isClosed(): boolean;
  close(): void;
  open(): void;
  /** Let one through, now or when it comes, and stay closed. */
  openOnce(): void;
  /** Resolves when the one who asks may go on. */
  passed(): Promise<void>;
}

export function createGate(): Gate {
  let closed = false;
  /** How many more may pass while it is closed. */
  let permits = 0;
  let release: (() => void) | undefined;

  function letThrough() {
    if (!release || (closed && permits === 0)) return;
    if (closed) permits--;
    release();
    release = undefined;
  }

  return {
    isClosed: () => closed,
    close() {
      closed = true;
      permits = 0;
    },
    open() {
      closed = false;
      letThrough();
    },
    openOnce() {
      permits++;
      letThrough();
    },
    passed: () =>
      new Promise((resolve) => {
        release = resolve;
        letThrough();
      }),
  };
}
