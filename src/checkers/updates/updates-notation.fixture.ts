import type { Finding } from '../../core/checker.js';
import { UPDATE_CHECKERS } from './update-checkers.js';
import type {
  Change,
  ChangingAttempt,
  ReadingAttempt,
  UpdateFacts,
  UsedThing,
  UseAccess,
  UsingAttempt,
} from './updates.js';

/**
 * A trial of updates in short, one line for each fact:
 *
 *     first a 500                    a value at first
 *     0 [0,5] a+100(500) ok          a client, when, what it added to or set, what it replaced, how it ended
 *     1 [0,5] a=550(500) ok          several changes with a comma; without a bracket it does not say what it replaced
 *     2 [1,] a-100,b+100 info        or fail
 *     3 [2,4] reads a 400,b 600
 *     final a 650
 *     D1 limit 3 used 2 by 0,1       a thing, its count, and the users whose uses are stored
 *     0 [0,5] uses D1 read 1 wrote 2    the user is the client; notes are left out by leaving them out
 *     name Ann
 *
 * The events of the attempt that stands k-th have the places 10 k and 10 k + 1; notes have 1000 and up.
 */
export function updates(notation: string): UpdateFacts {
  const initial = new Map<string, number>();
  const final = new Map<string, number>();
  const changes: ChangingAttempt[] = [];
  const reads: ReadingAttempt[] = [];
  const used: UsedThing[] = [];
  const uses: UsingAttempt[] = [];
  const names: string[] = [];
  const lines = notation.split('\n').map((line) => line.trim());
  lines
    .filter((line) => line !== '')
    .forEach((line, place) => {
      const [first = '', second = '', third = '', fourth = '', ...rest] = line.split(' ');
      if (first === 'first' || first === 'final') {
        (first === 'first' ? initial : final).set(second, Number(third));
      } else if (first === 'name') {
        names.push(second);
      } else if (second === 'limit') {
        const users = rest[2] === undefined || rest[2] === '' ? [] : rest[2].split(',').map(Number);
        used.push({ name: first, limit: Number(third), used: Number(rest[0]), users });
      } else {
        const at = { client: Number(first), ...during(second), witness: [10 * place, 10 * place + 1] };
        if (third === 'reads') {
          reads.push({ ...at, values: valuesOf(line) });
        } else if (third === 'uses') {
          uses.push({ ...at, user: at.client, accesses: accessesOf(fourth, rest, place) });
        } else {
          const result = fourth as ChangingAttempt['result'];
          changes.push({ ...at, changes: third.split(',').map(changeOf), result });
        }
      }
    });
  return { noun: 'total', initial, final, changes, reads, used, uses, names };
}

/** What every checker says of it. */
export function findings(facts: UpdateFacts): Finding[] {
  return UPDATE_CHECKERS.flatMap((checker) => checker.check(facts));
}

export function anomalies(notation: string): string[] {
  return findings(updates(notation)).map(({ anomaly }) => anomaly);
}

function during(interval: string): { readonly invokedNs: number; readonly completedNs: number } {
  const match = /^\[(\d+),(\d*)\]$/.exec(interval);
  if (!match) throw new Error(`Not an interval: ${interval}`);
  return { invokedNs: Number(match[1]), completedNs: match[2] === '' ? Infinity : Number(match[2]) };
}

function changeOf(text: string): Change {
  const match = /^(\w+?)([+=-])(\d+)(?:\((-?\d+)\))?$/.exec(text);
  if (!match) throw new Error(`Not a change: ${text}`);
  const [, key = '', sign, amount, previous] = match;
  return {
    key,
    kind: sign === '=' ? 'set' : 'add',
    value: Number(amount) * (sign === '-' ? -1 : 1),
    previous: previous === undefined ? undefined : Number(previous),
  };
}

function valuesOf(line: string): Map<string, number> {
  const [, values = ''] = line.split(' reads ');
  return new Map(
    values.split(',').map((pair) => {
      const [key = '', value] = pair.split(' ');
      return [key, Number(value)];
    }),
  );
}

function accessesOf(name: string, rest: readonly string[], place: number): UseAccess[] {
  const [, read, , wrote] = rest;
  if (read === undefined || wrote === undefined) return [];
  const index = 1000 + 10 * place;
  return [
    { kind: 'read', name, used: Number(read), index },
    { kind: 'write', name, used: Number(wrote), index: index + 1 },
  ];
}
