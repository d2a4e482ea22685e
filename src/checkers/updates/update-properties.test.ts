import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findings } from './updates-notation.fixture.js';
import type { Change, ChangingAttempt, ReadingAttempt, UpdateFacts } from './updates.js';

const seed = Date.now() % 2 ** 31;
const settings = { seed, numRuns: 400 };

const KEYS = ['a', 'b'];
const attempt = fc.record({
  does: fc.constantFrom('add', 'add', 'move', 'move', 'set', 'read'),
  key: fc.constantFrom(...KEYS),
  value: fc.integer({ min: -3, max: 3 }),
  fate: fc.constantFrom('ok', 'ok', 'ok', 'fail', 'info that happens', 'info that does not'),
  tells: fc.boolean(),
  invokedNs: fc.nat(20),
  /** Of the moment it takes effect, and then of its answer. */
  delaysNs: fc.tuple(fc.nat(6), fc.nat(6)),
});
type Plan = typeof attempt extends fc.Arbitrary<infer T> ? T : never;
const plans = fc.array(attempt, { minLength: 1, maxLength: 12 });

/** Updates rightly: each attempt takes effect at one moment between its invocation and its answer, whole or not at all. */
function run(all: readonly Plan[]): UpdateFacts {
  const values = new Map(KEYS.map((key) => [key, 5]));
  const initial = new Map(values);
  const changes: ChangingAttempt[] = [];
  const reads: ReadingAttempt[] = [];
  const inOrder = all
    .map((plan, client) => ({ plan, client, atNs: plan.invokedNs + plan.delaysNs[0] }))
    .sort((a, b) => a.atNs - b.atNs);
  for (const { plan, client, atNs } of inOrder) {
    const { fate, invokedNs, delaysNs } = plan;
    const completedNs = fate.startsWith('info') ? Infinity : atNs + delaysNs[1];
    const at = { client, invokedNs, completedNs, witness: [2 * client, 2 * client + 1] };
    if (plan.does === 'read') {
      if (fate === 'ok') reads.push({ ...at, values: new Map(values) });
      continue;
    }
    const wanted = changesOf(plan).map((change) => ({
      ...change,
      previous: fate === 'ok' && plan.tells ? values.get(change.key) : undefined,
    }));
    if (fate === 'ok' || fate === 'info that happens') apply(values, wanted);
    changes.push({
      ...at,
      changes: wanted,
      result: fate.startsWith('info') ? 'info' : (fate as 'ok' | 'fail'),
    });
  }
  return { noun: 'total', initial, final: values, changes, reads, used: [], uses: [], names: [] };
}

function changesOf({ does, key, value }: Plan): Change[] {
  if (does === 'set') return [{ key, kind: 'set', value }];
  if (does === 'add') return [{ key, kind: 'add', value }];
  return KEYS.map((one) => ({ key: one, kind: 'add', value: one === key ? value : -value }));
}

function apply(values: Map<string, number>, changes: readonly Change[]): void {
  for (const { key, kind, value } of changes) {
    values.set(key, kind === 'set' ? value : (values.get(key) ?? 0) + value);
  }
}

const adds = plans.map((all) =>
  all.map((plan): Plan => ({
    ...plan,
    does: plan.does === 'read' ? 'read' : 'add',
    fate: 'ok',
    tells: true,
  })),
);

describe(`the checkers of updates (seed ${seed})`, () => {
  it('find nothing where every attempt took effect at one moment', () => {
    fc.assert(
      fc.property(plans, (all) => {
        expect(findings(run(all))).toEqual([]);
      }),
      settings,
    );
  });

  it('find something wrong once a final value is another', () => {
    fc.assert(
      fc.property(adds, fc.constantFrom(...KEYS), fc.constantFrom(-1, 1), (all, key, by) => {
        const facts = run(all);
        const final = new Map(facts.final).set(key, (facts.final.get(key) ?? 0) + by);
        expect(findings({ ...facts, final })).not.toEqual([]);
      }),
      settings,
    );
  });

  it('find something wrong once a change answers that it replaced what somebody else replaced', () => {
    fc.assert(
      fc.property(
        adds.map(run).filter(({ changes }) => changes.length > 1),
        (facts) => {
          const grown = facts.changes.map((one, place) => ({
            ...one,
            changes: one.changes.map((change) => ({ ...change, key: 'a', value: 1, previous: 5 + place })),
          }));
          const final = new Map(facts.final).set('a', 5 + grown.length).set('b', 5);
          const right = { ...facts, changes: grown, reads: [], final };
          expect(findings(right)).toEqual([]);
          const [first, second, ...others] = grown;
          const stale = {
            ...second!,
            changes: second!.changes.map((change) => ({ ...change, previous: 5 })),
          };
          expect(findings({ ...right, changes: [first!, stale, ...others] })).not.toEqual([]);
        },
      ),
      settings,
    );
  });

  it('find something wrong once a reader sees half of a move', () => {
    fc.assert(
      fc.property(plans, (all) => {
        const facts = run(all.map((plan): Plan => ({ ...plan, does: 'move', value: 4 })));
        const half = { client: 99, invokedNs: 0, completedNs: 50, witness: [900, 901] };
        const values = new Map([
          ['a', 1],
          ['b', 5],
        ]);
        expect(findings({ ...facts, reads: [{ ...half, values }] }).map(({ anomaly }) => anomaly)).toEqual([
          'inconsistent-read',
        ]);
      }),
      settings,
    );
  });
});
