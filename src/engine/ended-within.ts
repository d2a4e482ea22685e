import { setTimeout as wait } from 'node:timers/promises';

/** Whether it ended, well or badly, within the limit; what there is not has ended. */
export async function endedWithin(promise: Promise<unknown> | undefined, limitMs: number): Promise<boolean> {
  if (promise === undefined) return true;
  const timer = new AbortController();
  const late = wait(limitMs, false, { signal: timer.signal }).catch(() => false);
  const ended = promise.then(
    () => true,
    () => true,
  );
  const result = await Promise.race([ended, late]);
  timer.abort();
  return result;
}
