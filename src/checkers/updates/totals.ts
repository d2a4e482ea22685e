import type { Finding } from '../../core/checker.js';
import { clients, count, witnessOf } from '../words.js';
import { isOk, possibleFinals, type PlacedChange } from './final-value.js';
import type { UpdateChecker, UpdateFacts } from './updates.js';

/**
 * No update is lost: each value was replaced as often as it stood there and no oftener, and the final value is one that the
 * acknowledged changes leave. n log n, and more where many changes may or may not have happened.
 *
 * The first is asked of the answers: what a change says that it replaced. (500 at first. Two changes answer that they
 * replaced 500, none that it made 500: one of them was overwritten unseen. It does not matter whether the final value is
 * right: set to 600 and to 550, one after the other, it is 600 or 550 as well.) An `info` may have made any value that it
 * can make, so it excuses one replacement. A value that was replaced and that nobody made is no lost update, and as impossible:
 * it was taken back, or the target answers what it did not replace. Between these two nothing can be told apart.
 *
 * The second is asked of the final state alone, `info` counted or not, as suits; where no change is an `info` and every
 * one answers what it replaced, it must be the value that was made and never replaced.
 *
 * Misses what undoes itself: an update that was lost while another made the same value, and the order in time of
 * changes whose answers agree in some order.
 */
export const totals: UpdateChecker = {
  name: 'totals',
  anomalies: ['lost-update', 'unexplained-total'],
  check(facts) {
    const byKey = new Map<string, PlacedChange[]>();
    for (const attempt of facts.changes) {
      if (attempt.result === 'fail') continue;
      for (const change of attempt.changes) {
        const others = byKey.get(change.key);
        if (others) others.push({ ...change, attempt });
        else byKey.set(change.key, [{ ...change, attempt }]);
      }
    }
    const keys = new Set([...facts.initial.keys(), ...facts.final.keys(), ...byKey.keys()]);
    return [...keys].flatMap((key) => judge(facts, key, byKey.get(key) ?? []));
  },
};

function judge(facts: UpdateFacts, key: string, changes: readonly PlacedChange[]): Finding[] {
  const { noun } = facts;
  const initial = facts.initial.get(key);
  const final = facts.final.get(key);
  if (initial === undefined || final === undefined) {
    const when = initial === undefined ? 'was not there at first' : 'is missing from the final state';
    return [unexplained(`${capital(key)} ${when}.`, changes, `${key} at first and in the end`, when)];
  }
  const finals = possibleFinals(initial, changes);
  const explained = finals === undefined || finals.has(final);
  const lost = replacedTooOften(initial, changes);
  if (lost && lost.stood === 0) {
    const { value, replacing } = lost;
    const who = clients(replacing.map(({ attempt }) => attempt.client));
    const message = `${who} replaced the ${noun} ${value} of ${key}, which was never there.`;
    return [unexplained(message, replacing, `${key}: a ${noun} that somebody left`, `${key}: ${value}`)];
  }
  if (lost) {
    const { value, stood, replacing } = lost;
    const who = clients(replacing.map(({ attempt }) => attempt.client));
    return [
      {
        anomaly: 'lost-update',
        grade: 'violation',
        message: `${who} ${replacing.length > 2 ? 'all' : 'both'} replaced the ${noun} ${value} of ${key}, which stood there ${times(stood)}.`,
        expected: explained ? `each change of ${key} replaces what another left` : `${key}: ${oneOf(finals)}`,
        observed: explained
          ? `${value} replaced ${times(replacing.length)}; ${key}: ${final}`
          : `${key}: ${final}`,
        witness: witnessOf(replacing.map(({ attempt }) => attempt)),
      },
    ];
  }
  if (!explained) {
    const message = `The ${noun} of ${key} is ${final}, which ${count(changes.length, 'change')} of ${initial} cannot have left.`;
    return [unexplained(message, changes, `${key}: ${oneOf(finals)}`, `${key}: ${final}`)];
  }
  const left = neverReplaced(initial, changes);
  if (left === undefined || left === final) return [];
  const message = `The ${noun} of ${key} is ${final}, and by the answers of all changes it should be ${left}.`;
  return [unexplained(message, changes, `${key}: ${left}`, `${key}: ${final}`)];
}

/** The first value that more changes answer to have replaced than can have made it. */
function replacedTooOften(initial: number, changes: readonly PlacedChange[]) {
  const replacing = new Map<number, PlacedChange[]>();
  const made = new Map([[initial, 1]]);
  /** Changes that may have made any value: an `info` that adds, and one whose answer does not say what it replaced. */
  let anything = 0;
  for (const change of changes) {
    const value = madeBy(change);
    if (value === undefined) anything += 1;
    else made.set(value, (made.get(value) ?? 0) + 1);
    if (!isOk(change) || change.previous === undefined) continue;
    const others = replacing.get(change.previous);
    if (others) others.push(change);
    else replacing.set(change.previous, [change]);
  }
  for (const [value, those] of replacing) {
    const stood = made.get(value) ?? 0;
    if (those.length > stood + anything) return { value, stood, replacing: those };
  }
  return undefined;
}

/** The one value that was made, or there at first, and that nobody replaced; undefined where that cannot be told. */
function neverReplaced(initial: number, changes: readonly PlacedChange[]): number | undefined {
  const standing = new Map([[initial, 1]]);
  for (const change of changes) {
    const made = madeBy(change);
    if (!isOk(change) || change.previous === undefined || made === undefined) return undefined;
    standing.set(made, (standing.get(made) ?? 0) + 1);
    standing.set(change.previous, (standing.get(change.previous) ?? 0) - 1);
  }
  const left = [...standing].filter(([, copies]) => copies > 0);
  return left.length === 1 ? left[0]![0] : undefined;
}

function madeBy({ kind, value, previous }: PlacedChange): number | undefined {
  if (kind === 'set') return value;
  return previous === undefined ? undefined : previous + value;
}

function unexplained(
  message: string,
  changes: readonly PlacedChange[],
  expected: string,
  observed: string,
): Finding {
  const witness = witnessOf(changes.map(({ attempt }) => attempt));
  return { anomaly: 'unexplained-total', grade: 'violation', message, expected, observed, witness };
}

/** How many values an expectation spells out. */
const SPELT_OUT = 4;

function oneOf(values: ReadonlySet<number> | undefined): string {
  const sorted = [...(values ?? [])].sort((a, b) => a - b);
  if (sorted.length <= SPELT_OUT) return sorted.join(' or ');
  return `one of ${sorted.length} values from ${sorted[0]} to ${sorted.at(-1)}`;
}

function times(number: number): string {
  return number === 1 ? 'once' : number === 2 ? 'twice' : `${number} times`;
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
