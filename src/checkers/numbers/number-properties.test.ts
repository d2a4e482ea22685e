import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findings, label, violations } from './numbering-notation.fixture.js';
import type { CreationFacts, NumberAccess, NumberingFacts, StoredCustomer } from './numbering.js';

const seed = Date.now() % 2 ** 31;
const settings = { seed, numRuns: 400 };

const attempt = fc.record({
  phone: fc.nat(5).map((digit) => `50${digit}`),
  fate: fc.constantFrom(
    'answered',
    'answered',
    'answered',
    'fail',
    'info that happens',
    'info that does not',
  ),
  valid: fc.constantFrom(true, true, true, false),
  invokedNs: fc.nat(20),
  /** Of the moment it takes effect, and then of its answer. */
  delaysNs: fc.tuple(fc.nat(6), fc.nat(6)),
  notes: fc.constantFrom('absolute', 'increase', 'none'),
  /** Numbers that are drawn for it and thrown away. */
  wasted: fc.constantFrom(0, 0, 0, 1, 2),
});
const model = fc.record({
  startAt: fc.constantFrom(0, 0, 7, 9_998),
  counts: fc.boolean(),
  plans: fc.array(attempt, { minLength: 1, maxLength: 12 }),
});
type Model = typeof model extends fc.Arbitrary<infer T> ? T : never;

/** Numbers rightly: each attempt looks, draws and stores at one moment between its invocation and its answer. */
function number({ startAt, counts, plans }: Model): NumberingFacts {
  const initial: StoredCustomer[] = startAt > 0 ? [{ number: startAt, name: 'Zoe', phone: '599' }] : [];
  const stored = [...initial];
  const attempts: CreationFacts[] = [];
  let counter = startAt;
  let index = 0;
  const inOrder = plans
    .map((plan, client) => ({ plan, client, atNs: plan.invokedNs + plan.delaysNs[0] }))
    .sort((a, b) => a.atNs - b.atNs);
  for (const { plan, client, atNs } of inOrder) {
    const { phone, fate, valid, invokedNs, delaysNs } = plan;
    const name = valid ? `Customer ${client}` : '';
    const known = stored.find((customer) => customer.phone === phone);
    const accesses: NumberAccess[] = [];
    if (!known) counter += plan.wasted;
    const creates = !known && valid && (fate === 'answered' || fate === 'info that happens');
    if (creates) {
      if (plan.notes === 'absolute') accesses.push({ kind: 'read', number: counter, index: index++ });
      counter += 1;
      if (plan.notes !== 'none') accesses.push({ kind: 'write', number: counter, index: index++ });
      stored.push({ number: counter, name, phone });
    }
    const answer = known ? 'found' : valid ? 'created' : 'rejected';
    const answered = fate === 'answered';
    attempts.push({
      client,
      name,
      phone,
      invalid: !valid,
      result: answered ? answer : fate === 'fail' ? 'fail' : 'info',
      number: !answered || answer === 'rejected' ? undefined : (known?.number ?? counter),
      invokedNs,
      completedNs: answered || fate === 'fail' ? atNs + delaysNs[1] : Infinity,
      accesses,
      witness: [index++, index++],
    });
  }
  return { startAt, initial, attempts, stored, counter: counts ? counter : undefined, label };
}

describe(`the checkers of numbers, on generated numberings (seed ${seed})`, () => {
  it('say nothing wrong of any sequential numbering', () => {
    fc.assert(
      fc.property(model, (numbering) => {
        const plans = numbering.plans.map((plan, place) => ({ ...plan, invokedNs: 20 * place }));
        expect(violations(number({ ...numbering, plans }))).toEqual([]);
      }),
      settings,
    );
  });

  it('say nothing wrong of any interleaving of attempts that each take effect at one moment', () => {
    fc.assert(
      fc.property(model, (numbering) => {
        expect(violations(number(numbering))).toEqual([]);
      }),
      settings,
    );
  });

  it('find no gap and nothing left undone where no number is wasted', () => {
    fc.assert(
      fc.property(model, (numbering) => {
        const plans = numbering.plans.map((plan) => ({ ...plan, wasted: 0 as const }));
        expect(findings(number({ ...numbering, plans }))).toEqual([]);
      }),
      settings,
    );
  });

  const broken: readonly [string, (facts: NumberingFacts) => NumberingFacts][] = [
    ['a customer is gone', (facts) => ({ ...facts, stored: facts.stored.slice(0, -1) })],
    [
      'a customer is there twice',
      (facts) => ({ ...facts, stored: [...facts.stored, ...facts.stored.slice(-1)] }),
    ],
    [
      'a customer has another number',
      (facts) => withLast(facts, ({ number: old }) => ({ number: old + 100 })),
    ],
    [
      'a customer has the number of another',
      (facts) => withLast(facts, () => ({ number: facts.stored[0]!.number })),
    ],
    ['a customer has another phone', (facts) => withLast(facts, () => ({ phone: '600' }))],
    [
      'somebody is there who never called',
      (facts) => ({
        ...facts,
        stored: [...facts.stored, { number: facts.stored.at(-1)!.number + 1, name: 'Eve', phone: '600' }],
      }),
    ],
    [
      'a second customer has the phone of another',
      (facts) => ({
        ...facts,
        stored: [...facts.stored, { ...facts.stored.at(-1)!, number: facts.stored.at(-1)!.number + 1 }],
      }),
    ],
    ['the counter lags', (facts) => ({ ...facts, counter: facts.stored.at(-1)!.number - 1 })],
  ];
  it.each(broken)('find something wrong once %s', (_, breakIt) => {
    fc.assert(
      fc.property(model.map(number).filter(lastWasPromised), (facts) => {
        expect(violations(breakIt(facts))).not.toEqual([]);
      }),
      settings,
    );
  });

  it('find something wrong once somebody was told another number, or that he was found', () => {
    fc.assert(
      fc.property(
        model.map(number).filter(({ attempts }) => attempts.some(({ result }) => result === 'created')),
        (facts) => {
          const first = facts.attempts.findIndex(({ result }) => result === 'created');
          const changes: Partial<CreationFacts>[] = [
            { number: 7_777 },
            { result: 'found' },
            { result: 'fail' },
          ];
          for (const change of changes) {
            const attempts = facts.attempts.map((one, place) =>
              place === first ? { ...one, ...change } : one,
            );
            expect(violations({ ...facts, attempts })).not.toEqual([]);
          }
        },
      ),
      settings,
    );
  });

  it('find something wrong once two sequential customers have changed their numbers', () => {
    fc.assert(
      fc.property(
        model
          .map((one) => ({
            ...one,
            plans: one.plans.map((plan, place) => ({ ...plan, invokedNs: 20 * place })),
          }))
          .map(number)
          .filter(({ attempts }) => attempts.filter(({ result }) => result === 'created').length > 1),
        (facts) => {
          const [one, other] = facts.attempts.filter(({ result }) => result === 'created') as [
            CreationFacts,
            CreationFacts,
          ];
          const swapped = new Map([
            [one.number, other.number],
            [other.number, one.number],
          ]);
          const swap = <T extends { number?: number | undefined }>(item: T): T => ({
            ...item,
            number: swapped.get(item.number) ?? item.number,
          });
          const changed = { ...facts, attempts: facts.attempts.map(swap), stored: facts.stored.map(swap) };
          expect(violations(changed)).toEqual(['number-out-of-order']);
        },
      ),
      settings,
    );
  });
});

function withLast(
  facts: NumberingFacts,
  change: (last: StoredCustomer) => Partial<StoredCustomer>,
): NumberingFacts {
  const last = facts.stored.at(-1)!;
  return { ...facts, stored: [...facts.stored.slice(0, -1), { ...last, ...change(last) }] };
}

/** Two or more are stored in this trial, and the last one was not the customer of an `info`, who may be there or not. */
function lastWasPromised({ stored, initial, attempts }: NumberingFacts): boolean {
  const { number: last } = stored.at(-1) ?? {};
  return (
    stored.length > initial.length + 1 &&
    attempts.some(({ result, number: told }) => result === 'created' && told === last)
  );
}
