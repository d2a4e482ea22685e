import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findings, slotOf, violations } from './schedule-notation.fixture.js';
import { overlap, type Booking, type BookingAttempt, type ScheduleFacts } from './schedule.js';

const seed = Date.now() % 2 ** 31;
const settings = { seed, numRuns: 400 };

/** Quarters of an hour from 18:00; a table in two sizes of party. */
const plan = fc.record({
  table: fc.constantFrom('A', 'B'),
  from: fc.nat(8),
  quarters: fc.integer({ min: 1, max: 6 }),
  guests: fc.constantFrom('2 guests', '4 guests'),
  fate: fc.constantFrom(
    'answered',
    'answered',
    'answered',
    'fail',
    'info that happens',
    'info that does not',
  ),
  invokedNs: fc.nat(20),
  /** Of the moment it takes effect, and then of its answer. */
  delaysNs: fc.tuple(fc.nat(6), fc.nat(6)),
});
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;
const plans = fc.array(plan, { minLength: 1, maxLength: 12 });
/** Bookings of before, none of which overlap. */
const before = fc.uniqueArray(fc.nat(3), { maxLength: 2 });

/** Books rightly: each attempt takes effect at one moment between its invocation and its answer. */
function book(early: readonly number[], wanted: readonly Plan[]): ScheduleFacts {
  const initial = early.map((hour) => ({
    slot: slotOf('A', 1080 + hour * 60, 1140 + hour * 60),
    details: '2 guests',
  }));
  const stored: Booking[] = [...initial];
  const attempts: BookingAttempt[] = [];
  let index = 0;
  const inOrder = wanted
    .map((one, client) => ({ one, client, atNs: one.invokedNs + one.delaysNs[0] }))
    .sort((a, b) => a.atNs - b.atNs);
  for (const { one, client, atNs } of inOrder) {
    const start = 1080 + one.from * 15;
    const slot = slotOf(one.table, start, start + one.quarters * 15);
    const taken = stored.some((other) => other.slot.resource === slot.resource && overlap(other.slot, slot));
    const answered = one.fate === 'answered';
    if (!taken && (answered || one.fate === 'info that happens')) stored.push({ slot, details: one.guests });
    attempts.push({
      client,
      slot,
      details: one.guests,
      result: answered ? (taken ? 'taken' : 'booked') : one.fate === 'fail' ? 'fail' : 'info',
      invokedNs: one.invokedNs,
      completedNs: answered || one.fate === 'fail' ? atNs + one.delaysNs[1] : Infinity,
      accesses: [],
      witness: [index++, index++],
    });
  }
  return { attempts, initial, stored };
}

const booked = fc
  .tuple(before, plans)
  .map(([early, wanted]) => book(early, wanted))
  .filter(({ attempts }) => attempts.some(({ result }) => result === 'booked'));

describe(`the checkers of bookings, on generated ones (seed ${seed})`, () => {
  it('say nothing wrong of any sequential ones', () => {
    fc.assert(
      fc.property(before, plans, (early, wanted) => {
        const oneByOne = wanted.map((one, place) => ({ ...one, invokedNs: 20 * place }));
        expect(violations(book(early, oneByOne))).toEqual([]);
      }),
      settings,
    );
  });

  it('say nothing wrong of any interleaving of attempts that each take effect at one moment', () => {
    fc.assert(
      fc.property(before, plans, (early, wanted) => {
        expect(violations(book(early, wanted))).toEqual([]);
      }),
      settings,
    );
  });

  it('find nothing refused needlessly where every attempt was answered by a store that refuses rightly', () => {
    fc.assert(
      fc.property(before, plans, (early, wanted) => {
        const answered = wanted.map((one) => ({ ...one, fate: 'answered' as const }));
        expect(findings(book(early, answered))).toEqual([]);
      }),
      settings,
    );
  });

  const ownOf = ({ attempts }: ScheduleFacts) => attempts.find(({ result }) => result === 'booked')!;
  const without = ({ stored }: ScheduleFacts, gone: Booking) => {
    const place = stored.findIndex(
      ({ slot, details }) =>
        details === gone.details && slot.when === gone.slot.when && slot.resource === gone.slot.resource,
    );
    return stored.filter((_, index) => index !== place);
  };
  const moved = ({ slot, details }: Booking, minutes: number): Booking => ({
    slot: slotOf(slot.resource.slice(-1), slot.start + minutes, slot.end + minutes),
    details,
  });
  const broken: readonly [string, (facts: ScheduleFacts) => ScheduleFacts][] = [
    ['a booking is gone', (facts) => ({ ...facts, stored: without(facts, ownOf(facts)) })],
    ['a booking is there twice', (facts) => ({ ...facts, stored: [...facts.stored, ownOf(facts)] })],
    [
      'a booking is a minute later than was asked for',
      (facts) => ({ ...facts, stored: [...without(facts, ownOf(facts)), moved(ownOf(facts), 1)] }),
    ],
    [
      'somebody else is booked into its last minute',
      (facts) => {
        const { slot } = ownOf(facts);
        const late = { ...ownOf(facts), slot: slotOf(slot.resource.slice(-1), slot.end - 1, slot.end + 30) };
        const attempt = { ...late, client: 99, result: 'booked' as const };
        return { ...facts, attempts: [...facts.attempts, attempt], stored: [...facts.stored, late] };
      },
    ],
    [
      'a second one was told that it has booked the same',
      (facts) => ({ ...facts, attempts: [...facts.attempts, { ...ownOf(facts), client: 99 }] }),
    ],
  ];
  it.each(broken)('find something wrong once %s', (_, breakIt) => {
    fc.assert(
      fc.property(booked, (facts) => {
        expect(violations(breakIt(facts))).not.toEqual([]);
      }),
      settings,
    );
  });
});
