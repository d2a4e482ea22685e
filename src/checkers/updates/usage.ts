import type { Finding } from '../../core/checker.js';
import { clients, count, witnessOf } from '../words.js';
import type { UpdateChecker, UpdateFacts, UsedThing, UsingAttempt } from './updates.js';

/**
 * The count of a thing's uses is the number of stored things that use it. Linear.
 *
 * Looks at the final state alone, which holds the count and the uses of every attempt, whatever its answer: an `info` whose
 * use is counted and not stored (or the other way round) is half an attempt, which nothing permits. So it must not be asked
 * while one may still write. Notes only explain it: two attempts whose last reads before their last writes saw the same count,
 * and that wrote the same one. Misses a use that is neither counted nor stored: whoever was told of it misses it.
 */
export const usage: UpdateChecker = {
  name: 'usage',
  anomalies: ['usage-miscounted'],
  check: (facts) =>
    facts.used.flatMap((thing): Finding[] => {
      const { name, used, users } = thing;
      if (used === users.length) return [];
      const lost = used < users.length ? lostCount(facts, thing) : undefined;
      const those = lost ?? facts.uses.filter(({ user }) => users.includes(user));
      return [
        {
          anomaly: 'usage-miscounted',
          grade: 'violation',
          message: `${name} counts ${count(used, 'use')}, and ${users.length} of it are stored.${lost ? ` Lost update: ${explained(lost, name)}` : ''}`,
          expected: `${name}: as many uses counted as stored`,
          observed: `${used} counted, ${users.length} stored`,
          witness: witnessOf(lost ? lost.map(withAccesses) : those),
        },
      ];
    }),
};

/** Two attempts with a stored use that wrote the same count from the same one. */
function lostCount(
  { uses }: UpdateFacts,
  { name, users }: UsedThing,
): [UsingAttempt, UsingAttempt] | undefined {
  const stored = new Set(users);
  const firstBy = new Map<string, UsingAttempt>();
  for (const attempt of uses) {
    if (!stored.has(attempt.user)) continue;
    const pair = readAndWritten(attempt, name);
    if (!pair) continue;
    const key = `${pair.read}/${pair.wrote}`;
    const first = firstBy.get(key);
    if (first) return [first, attempt];
    firstBy.set(key, attempt);
  }
  return undefined;
}

/** Its last write, and the last read before it: what came earlier belongs to a try that was rolled back. */
function readAndWritten({ accesses }: UsingAttempt, name: string) {
  const own = accesses.filter((access) => access.name === name);
  const writeAt = own.findLastIndex(({ kind }) => kind === 'write');
  const read = own.slice(0, Math.max(0, writeAt)).findLast(({ kind }) => kind === 'read');
  const write = own[writeAt];
  return read && write && { read: read.used, wrote: write.used, indices: [read.index, write.index] };
}

function explained([first, second]: readonly [UsingAttempt, UsingAttempt], name: string): string {
  const pair = readAndWritten(first, name);
  const who = clients([first.client, second.client]);
  return `${who.charAt(0).toLowerCase()}${who.slice(1)} both read ${pair?.read} and both wrote ${pair?.wrote}.`;
}

function withAccesses(attempt: UsingAttempt): { readonly witness: readonly number[] } {
  return { witness: [...attempt.witness, ...attempt.accesses.map(({ index }) => index)] };
}
