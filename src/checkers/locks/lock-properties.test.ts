import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ContractTypes } from '../../core/contract.js';
import type { HistoryEvent, NoteKind } from '../../core/history.js';
import { toHistory } from '../history.js';
import { compatible, type LockMode } from './holds.js';
import { lockCheckers } from './lock-checkers.js';

const seed = Date.now() % 2 ** 31;
const settings = { seed, numRuns: 400 };

const MS = 1e6;
const LIMIT_MS = 1_000;

const plan = fc.record({
  key: fc.constantFrom('table 5', 'table 6'),
  mode: fc.constantFrom<LockMode>('shared', 'exclusive'),
  askedMs: fc.nat(30),
  workMs: fc.integer({ min: 1, max: 10 }),
  /** From the grant to its note, and from the release's note to the release. */
  delaysMs: fc.tuple(fc.nat(3), fc.nat(3)),
  /** 0: not a lease. Else the lease lapses so long after the work, or in its middle. */
  lease: fc.constantFrom('none', 'long', 'lapses'),
  ending: fc.constantFrom('released', 'released', 'thrown', 'crashed'),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;
const plans = fc.array(plan, { minLength: 2, maxLength: 10 });

interface Grant extends Plan {
  readonly process: number;
  readonly grantedMs: number;
  /** When the store lets go, by the release, the end of the session, or the lease. */
  readonly freeMs: number;
  readonly leaseMs: number | undefined;
}

/** A lock manager that is right: who asks gets the lock as soon as it goes with all who have it. */
function grant(wanted: readonly Plan[]): Grant[] {
  const granted: Grant[] = [];
  [...wanted]
    .sort((a, b) => a.askedMs - b.askedMs)
    .forEach((one, process) => {
      const inTheWay = granted.filter((other) => other.key === one.key && !compatible(other.mode, one.mode));
      const grantedMs = Math.max(one.askedMs, ...inTheWay.map(({ freeMs }) => freeMs));
      const releasedMs = grantedMs + one.delaysMs[0] + one.workMs + one.delaysMs[1];
      const leaseMs =
        one.lease === 'none' ? undefined : one.lease === 'long' ? 500 : one.delaysMs[0] + one.workMs / 2;
      const freeMs = leaseMs === undefined ? releasedMs : Math.min(releasedMs, grantedMs + leaseMs);
      granted.push({ ...one, process, grantedMs, freeMs, leaseMs });
    });
  return granted;
}

function eventsOf({ process, key, mode, askedMs, grantedMs, workMs, delaysMs, leaseMs, ending }: Grant) {
  const at = (ms: number) => ({ timeNs: ms * MS, process, client: process });
  const note = (ms: number, kind: NoteKind, fields = {}): HistoryEvent => ({
    ...at(ms),
    type: 'note',
    kind,
    fields: { key, ...fields },
  });
  const acquiredMs = grantedMs + delaysMs[0];
  const endMs = acquiredMs + workMs + delaysMs[1];
  const left = leaseMs === undefined ? {} : { leaseMs: leaseMs - delaysMs[0] };
  const events: HistoryEvent[] = [
    { ...at(askedMs), type: 'invoke', f: 'book', value: null },
    note(askedMs, 'lock-requested'),
    note(acquiredMs, 'lock-acquired', { mode, ...left }),
  ];
  if (ending === 'released') events.push(note(acquiredMs + workMs, 'lock-released'));
  const error = { code: ending, message: ending };
  events.push(
    ending === 'released'
      ? { ...at(endMs), type: 'ok', f: 'book', value: null }
      : { ...at(endMs), type: ending === 'thrown' ? 'fail' : 'info', f: 'book', error },
  );
  return events;
}

function violations(granted: readonly Grant[]): string[] {
  const history = toHistory<ContractTypes>({
    initial: null,
    events: granted.flatMap(eventsOf).sort((a, b) => a.timeNs - b.timeNs),
    final: null,
    openTransactions: [],
  });
  const left = granted
    .filter(({ ending }) => ending === 'crashed')
    .map(({ key, process }) => ({ key, process, lapses: true }));
  const checkers = lockCheckers<ContractTypes>({
    left: () => left,
    waitLimit: () => ({ limitMs: LIMIT_MS, slackMs: 0 }),
  });
  return checkers.flatMap((checker) =>
    checker.check(history).flatMap(({ grade, anomaly }) => (grade === 'violation' ? [anomaly] : [])),
  );
}

describe(`the checkers of locks, on generated ones (seed ${seed})`, () => {
  it('say nothing wrong of a lock manager that is right', () => {
    fc.assert(
      fc.property(plans, (wanted) => {
        expect(violations(grant(wanted))).toEqual([]);
      }),
      settings,
    );
  });

  it('find two holders once somebody is let in beside a holder whose mode does not go with it', () => {
    fc.assert(
      fc.property(plans.map(grant), fc.nat(), (granted, pick) => {
        const holders = granted.filter(
          ({ lease, ending, mode }) => lease !== 'lapses' && ending === 'released' && mode === 'exclusive',
        );
        const first = holders[pick % Math.max(1, holders.length)];
        fc.pre(first !== undefined);
        const intruder: Grant = {
          ...first,
          process: granted.length,
          delaysMs: [0, 0],
          grantedMs: first.grantedMs + first.delaysMs[0] + first.workMs / 2,
        };
        expect(violations([...granted, intruder])).toContain('two-holders');
      }),
      settings,
    );
  });

  it('find a lock left behind once its holder has answered', () => {
    fc.assert(
      fc.property(plans.map(grant), (granted) => {
        const crashed = granted.filter(({ ending }) => ending === 'crashed');
        fc.pre(crashed.length > 0);
        const history = toHistory<ContractTypes>({
          initial: null,
          events: granted.map((one) => ({ ...one, ending: 'released' as const })).flatMap(eventsOf),
          final: null,
          openTransactions: [],
        });
        const left = crashed.map(({ key, process }) => ({ key, process, lapses: true }));
        const found = lockCheckers<ContractTypes>({ left: () => left }).flatMap((one) => [
          ...one.check(history),
        ]);
        expect(found.map(({ anomaly }) => anomaly)).toContain('lock-left-behind');
      }),
      settings,
    );
  });
});
