import type { Finding } from '../../core/checker.js';
import { clients, witnessOf } from '../words.js';
import { reachable } from './reachable.js';
import type { ChangingAttempt, ReadingAttempt, UpdateChecker, UpdateFacts } from './updates.js';

/**
 * Who reads several values sees them as they stood together: every change that had been answered before, none that began
 * afterwards, and of the others each one whole or not at all, none without those that had been answered when it began. n for each
 * read, and more where many changes overlap it.
 *
 * (Two orders of 500 each, 100 is moved from one to the other: 400 and 600 are fine, and 500 and 500, but not 400 and 500.
 * The same is asked of one value that is read alone.) A change that certainly failed was never there.
 *
 * Misses reads of values that something sets, since a set that overlaps others leaves more than can be told here; reads that
 * only together are impossible, such as two that see two changes in opposite orders; and a read that more changes overlap
 * than can be tried (4,096 different outcomes).
 */
export const consistentReads: UpdateChecker = {
  name: 'consistent-reads',
  anomalies: ['inconsistent-read'],
  check(facts) {
    const wrong = facts.reads.filter((read) => !isPossible(facts, read));
    const [first] = wrong;
    if (!first) return [];
    const around = overlapping(facts, first);
    const more = wrong.length > 1 ? ` So it was for ${wrong.length - 1} more.` : '';
    const finding: Finding = {
      anomaly: 'inconsistent-read',
      grade: 'violation',
      message: `${clients([first.client])} read ${spelt(first.values)}, which never stood there${first.values.size > 1 ? ' together' : ''}.${more}`,
      expected: `${facts.noun}s as they stood at one moment`,
      observed: spelt(first.values),
      witness: witnessOf([first, ...around]),
    };
    return [finding];
  },
};

type Values = ReadonlyMap<string, number>;

function isPossible(facts: UpdateFacts, read: ReadingAttempt): boolean {
  const keys = [...read.values.keys()];
  const touching = facts.changes.filter(
    ({ result, changes, invokedNs }) =>
      result !== 'fail' && invokedNs <= read.completedNs && changes.some(({ key }) => read.values.has(key)),
  );
  const sets = touching.some(({ changes }) =>
    changes.some((one) => one.kind === 'set' && read.values.has(one.key)),
  );
  if (sets) return true;
  const initial: Values = new Map(keys.map((key) => [key, facts.initial.get(key) ?? NaN]));
  const from = touching.filter(isBefore(read)).reduce(applied, initial);
  const among = touching.filter((attempt) => !isBefore(read)(attempt));
  const textOf = (values: Values) => keys.map((key) => values.get(key)).join();
  const seen = textOf(read.values);
  return choices(among).some(({ certain, free }) => {
    const optional = free.map((attempt) => (values: Values) => applied(values, attempt));
    return reachable({ from: certain.reduce(applied, from), optional }, textOf)?.has(seen) ?? true;
  });
}

/**
 * What may be seen of the changes that a read overlaps: where one is, so is each that had been answered before it began. (100 is
 * added to one order, then 10 to the other, while somebody reads first the one and then the other: 500 and 510 is wrong, for it
 * was 600 by then.) Who begins later has at least as many before him, so those that have equally many have the same ones, and
 * stand to each other as they like.
 */
function choices(among: readonly ChangingAttempt[]) {
  const isOver = (attempt: ChangingAttempt, atNs: number) =>
    attempt.result === 'ok' && attempt.completedNs < atNs;
  const latestNs = new Map([[0, -Infinity]]);
  for (const { invokedNs } of among.toSorted((a, b) => a.invokedNs - b.invokedNs)) {
    latestNs.set(among.filter((one) => isOver(one, invokedNs)).length, invokedNs);
  }
  return Array.from(latestNs.values(), (atNs) => ({
    certain: among.filter((one) => isOver(one, atNs)),
    free: among.filter((one) => one.invokedNs <= atNs && !isOver(one, atNs)),
  }));
}

function isBefore(read: ReadingAttempt): (attempt: ChangingAttempt) => boolean {
  return ({ result, completedNs }) => result === 'ok' && completedNs < read.invokedNs;
}

/** What the values are after an attempt; those that are not read are left out. */
function applied(values: Values, { changes }: ChangingAttempt): Values {
  const after = new Map(values);
  for (const { key, value } of changes) {
    const before = after.get(key);
    if (before !== undefined) after.set(key, before + value);
  }
  return after;
}

function overlapping({ changes }: UpdateFacts, read: ReadingAttempt): readonly ChangingAttempt[] {
  return changes.filter(
    (attempt) =>
      attempt.result !== 'fail' &&
      attempt.invokedNs <= read.completedNs &&
      attempt.completedNs >= read.invokedNs &&
      attempt.changes.some(({ key }) => read.values.has(key)),
  );
}

function spelt(values: Values): string {
  return Array.from(values, ([key, value]) => `${key}: ${value}`).join(', ');
}
