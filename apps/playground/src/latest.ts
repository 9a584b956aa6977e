/**
 * Do the newest of many tasks: one at a time; of those that come in meanwhile, only the last is done afterwards.
 * Work with several parts asks between them whether it is outdated, and then gives up.
 */
export function doLatest<T>(
  work: (task: T, isOutdated: () => boolean) => Promise<void>,
): (task: T) => void {
  let waiting: { readonly task: T } | undefined;
  let isWorking = false;

  async function workThrough() {
    isWorking = true;
    while (waiting) {
      const { task } = waiting;
      waiting = undefined;
      await work(task, () => waiting !== undefined);
    }
    isWorking = false;
  }

  return (task) => {
    waiting = { task };
    if (!isWorking) void workThrough();
  };
}
