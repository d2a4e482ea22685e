import type { ClientContext } from '../src/core/context.js';

/**
 * Acquires locks and runs `body` under them, with the notes and points of a lock. Letting go is the caller's, afterwards.
 *
 * The noted time lies within the true one: `lock-acquired` after the store has granted it, `lock-released` before it is asked
 * to let go. So two noted times that overlap prove that two held the lock at once. The other way round they would overlap in
 * every hand-over. If `body` throws no release is noted: the store may have let go at the error already.
 */
export async function underLock<T, R>(
  context: ClientContext,
  keys: readonly string[],
  acquire: () => Promise<T>,
  body: (acquired: T) => Promise<R>,
): Promise<R> {
  for (const key of keys) context.note('lock-requested', { key });
  const acquired = await acquire();
  for (const key of keys) context.note('lock-acquired', { key });
  await context.point('locked');
  const result = await body(acquired);
  await context.point('before-release');
  for (const key of keys) context.note('lock-released', { key });
  return result;
}
