import type { Finding } from '../../core/checker.js';
import { NUMBERING_CHECKERS } from './number-checkers.js';
import {
  toNumbering,
  type CreationFacts,
  type NumberAccess,
  type NumberingFacts,
  type StoredCustomer,
} from './numbering.js';

export const label = (number: number): string => `#${number}`;

/**
 * A numbering in short, one line for each fact:
 *
 *     before 9990 Zoe 599         a customer who is there at first; the last number given is the highest of them
 *     0 [0,5] Ann 501 created 1   a client, when, name and phone, how it ended; so `found 1`, `rejected`, `fail`
 *     1 [0,] Bob 502 info
 *     2 [0,5] - 503 rejected      `-` is no name, which no store takes
 *     0 reads 0                   notes, in the order of the lines; so `writes 1`
 *     stored 1 Ann 501
 *     counter 1
 *
 * The events of the attempt that stands k-th have the places 10 k and 10 k + 1; notes have 1000 and up.
 */
export function numbering(notation: string): NumberingFacts {
  const initial: StoredCustomer[] = [];
  const stored: StoredCustomer[] = [];
  const attempts: (CreationFacts & { accesses: NumberAccess[] })[] = [];
  let counter: number | undefined;
  let notes = 1000;
  for (const line of notation.split('\n').map((text) => text.trim())) {
    const [first = '', second = '', third = '', fourth = ''] = line.split(/\s+/);
    if (line === '') continue;
    if (first === 'before' || first === 'stored') {
      const name = nameOf(third);
      (first === 'before' ? initial : stored).push({ number: Number(second), name, phone: fourth });
    } else if (first === 'counter') {
      counter = Number(second);
    } else if (second === 'reads' || second === 'writes') {
      const kind = second === 'reads' ? 'read' : 'write';
      attempts
        .findLast(({ client }) => client === Number(first))
        ?.accesses.push({ kind, number: Number(third), index: notes++ });
    } else {
      attempts.push(attemptOf(line, attempts.length));
    }
  }
  const startAt = Math.max(0, ...initial.map(({ number }) => number));
  return { startAt, initial, attempts, stored, counter, label };
}

/** What every checker says of it. */
export function findings(facts: NumberingFacts): Finding[] {
  const judged = toNumbering(facts);
  return NUMBERING_CHECKERS.flatMap((checker) => checker.check(judged));
}

/** The anomalies that are violations. */
export function violations(facts: NumberingFacts): string[] {
  return findings(facts).flatMap(({ grade, anomaly }) => (grade === 'violation' ? [anomaly] : []));
}

function nameOf(word: string): string {
  return word === '-' ? '' : word;
}

function attemptOf(line: string, place: number): CreationFacts & { accesses: NumberAccess[] } {
  const match = /^(\d+) \[(\d+),(\d*)\] (\S+) (\S+) (?:(created|found) (\d+)|(rejected|fail|info))$/.exec(
    line,
  );
  if (!match) throw new Error(`Not a line of a numbering: ${line}`);
  const [, client, invoked, completed, name = '', phone = '', answer, number, other] = match;
  return {
    client: Number(client),
    name: nameOf(name),
    phone,
    invalid: name === '-',
    result: (answer ?? other) as CreationFacts['result'],
    number: number === undefined ? undefined : Number(number),
    invokedNs: Number(invoked),
    completedNs: completed === '' ? Infinity : Number(completed),
    accesses: [],
    witness: [10 * place, 10 * place + 1],
  };
}
