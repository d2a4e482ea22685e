/**
 * Does `work` for every item, for at most `few` of them at a time, in their order; resolves with the results in that order.
 * After a failure none is begun any more; rejects with the first failure, once nothing that was begun is under way.
 */
export async function fewAtOnce<Item, Result>(
  few: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  let hasFailed = false;
  const workOff = async () => {
    for (const [place, item] of waiting) {
      if (hasFailed) return;
      try {
        results[place] = await work(item);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  const lines = await Promise.allSettled(Array.from({ length: Math.min(few, items.length) }, workOff));
  for (const line of lines) if (line.status === 'rejected') throw line.reason;
  return results;
}
