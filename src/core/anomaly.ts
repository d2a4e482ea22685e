/** A kind of wrong that a finding names, with where the name comes from. */
export interface Anomaly {
  readonly name: string;
  readonly definition: string;
  readonly source: string;
}

const BERENSON = 'Berenson et al., A Critique of ANSI SQL Isolation Levels, SIGMOD 1995';

/** The anomalies that our own checkers name. Checkers of other contracts may name their own. */
export const ANOMALIES = {
  'lost-update': {
    name: 'lost update',
    definition:
      'Two operations read the same value and both write what they computed from it: one change is gone.',
    source: `${BERENSON}, P4`,
  },
  oversold: {
    name: 'oversold',
    definition: 'More units were ordered than there were.',
    source: 'Warszawski and Bailis, ACIDRain, SIGMOD 2017, the inventory invariant',
  },
  'negative-stock': {
    name: 'negative stock',
    definition: 'A stock is below zero in the final state.',
    source: 'Warszawski and Bailis, ACIDRain, SIGMOD 2017, the inventory invariant',
  },
  'stock-not-conserved': {
    name: 'stock not conserved',
    definition: 'What is left and what was ordered do not add up to what there was.',
    source: 'the conservation invariant of a bank test, Jepsen tests.bank',
  },
  'order-missing': {
    name: 'order missing',
    definition: 'A client was told "ordered", but no such order is stored.',
    source: 'a lost insert, Jepsen checker set',
  },
  'order-duplicated': {
    name: 'order duplicated',
    definition: 'One attempt left more than one order.',
    source: 'a duplicated element, Jepsen checker set-full',
  },
  'order-partial': {
    name: 'partial order',
    definition: 'A stored order does not hold exactly the items of the cart.',
    source:
      'a broken atomicity: Haerder and Reuter, Principles of Transaction-Oriented Database Recovery, 1983',
  },
  'order-unexpected': {
    name: 'unexpected order',
    definition:
      'An order is stored that nobody was promised: its attempt was refused or certainly failed, or never made.',
    source: 'an unexpected element, Jepsen checker set',
  },
  'false-refusal': {
    name: 'false refusal',
    definition: 'A client was refused, or told of a number left, that no order of events allows.',
    source: 'Herlihy and Wing, Linearizability, TOPLAS 1990, for a bounded counter',
  },
  'transaction-left-open': {
    name: 'transaction left open',
    definition: 'A session is still inside a transaction after its last operation has answered.',
    source: 'PostgreSQL manual, monitoring: state "idle in transaction"',
  },
  'copy-behind': {
    name: 'copy behind',
    definition: 'Another store still shows a stock that is no longer true.',
    source: 'Vogels, Eventually Consistent, CACM 2009: the inconsistency window; graded as interesting',
  },
  'copy-diverged': {
    name: 'copy diverged',
    definition: 'Another store shows a wrong stock though it was copied when nothing was at work any more.',
    source: 'Vogels, Eventually Consistent, CACM 2009: without new updates all copies become equal',
  },
  'refused-though-stock-remained': {
    name: 'refused though stock remained',
    definition: 'A client was refused, and in the end enough was left for it.',
    source: 'liveness, not safety: graded as interesting',
  },
  'refused-though-free': {
    name: 'refused though free',
    definition: 'A client was refused what nobody else had taken.',
    source: 'liveness, not safety: graded as interesting',
  },
  'negative-in-between': {
    name: 'negative in between',
    definition: 'A stock was below zero for a while, and is not in the end.',
    source: 'a dirty read, graded as interesting: Berenson et al., 1995, P1',
  },
  'booking-missing': {
    name: 'booking missing',
    definition: 'A client was told "booked", but no such booking is stored.',
    source: 'a lost insert, Jepsen checker set',
  },
  'booking-duplicated': {
    name: 'booking duplicated',
    definition: 'One attempt left more than one booking.',
    source: 'a duplicated element, Jepsen checker set-full',
  },
  'booking-altered': {
    name: 'altered booking',
    definition: 'A stored booking is not for what was asked.',
    source: 'a corrupted element, Jepsen checker set-full',
  },
  'booking-unexpected': {
    name: 'unexpected booking',
    definition:
      'A booking is stored that nobody was promised: its attempt was refused or certainly failed, or never made.',
    source: 'an unexpected element, Jepsen checker set',
  },
  'double-booking': {
    name: 'double booking',
    definition: 'Two confirmed bookings of one thing overlap in time.',
    source:
      'a phantom: Berenson et al., 1995, P3 and A5B; PostgreSQL manual, Exclusion Constraints, for just this case',
  },
  'identical-attempts-booked': {
    name: 'identical attempts booked',
    definition: 'More than one of several attempts for the same slot was told that it had booked.',
    source: 'Herlihy and Wing, Linearizability, TOPLAS 1990, for a slot that is taken once',
  },
  'two-holders': {
    name: 'two holders at once',
    definition: 'Two held one lock at once in modes that do not go together.',
    source: 'Gray, Lorie, Putzolu and Traiger, Granularity of Locks, 1976, the compatibility of lock modes',
  },
  'lock-left-behind': {
    name: 'lock left behind',
    definition:
      'A lock is still there though the operation that took it has ended, or one that never lapses.',
    source: 'Gray and Reuter, Transaction Processing, 1993, two-phase locking: every lock is released',
  },
  'lease-outlived': {
    name: 'lease outlived',
    definition: 'A holder went on after its lease was over, while another held the lock.',
    source:
      'Gray and Cheriton, Leases, SOSP 1989; Kleppmann, How to do distributed locking, 2016; graded as interesting',
  },
  'waited-beyond-limit': {
    name: 'waited beyond the limit',
    definition: 'A client waited for a lock longer than anybody may.',
    source: 'a bounded wait, as PostgreSQL has it in lock_timeout',
  },
  unsold: {
    name: 'unsold stock',
    definition: 'Units are left that a client who got nothing would have taken.',
    source: 'liveness, not safety: graded as interesting',
  },
  'duplicate-number': {
    name: 'number given twice',
    definition: 'Two customers have the same number.',
    source: 'a duplicated identifier, Jepsen checker unique-ids',
  },
  'number-out-of-order': {
    name: 'numbers out of order',
    definition: 'A call that began after another had been answered was given a lower number.',
    source: 'Herlihy and Wing, Linearizability, TOPLAS 1990, for a counter',
  },
  'duplicate-customer': {
    name: 'two customers with one phone',
    definition: 'One phone belongs to more than one customer.',
    source: 'Bailis et al., Feral Concurrency Control, SIGMOD 2015, uniqueness',
  },
  'unequal-numbers': {
    name: 'unequal numbers for one phone',
    definition: 'Callers with one phone were told different numbers.',
    source: 'Bailis et al., Feral Concurrency Control, SIGMOD 2015, uniqueness',
  },
  'counter-behind': {
    name: 'counter behind',
    definition: 'A customer has a number above the counter, so that it will be given again.',
    source: `${BERENSON}, P4, on a counter`,
  },
  'customer-missing': {
    name: 'customer missing',
    definition: 'A client was told a number, but no such customer is stored.',
    source: 'a lost insert, Jepsen checker set',
  },
  'customer-unexpected': {
    name: 'unexpected customer',
    definition: 'A customer is stored whose attempt was rejected or certainly failed, or never made.',
    source: 'an unexpected element, Jepsen checker set',
  },
  'number-gap': {
    name: 'gap in the numbers',
    definition: 'A number was passed over and belongs to nobody.',
    source: 'PostgreSQL manual, Sequence Manipulation Functions: gaps; graded as interesting',
  },
  'rejected-though-valid': {
    name: 'rejected though valid',
    definition: 'A customer was rejected whose data the store can take.',
    source: 'liveness, not safety: graded as interesting',
  },
  'unexplained-total': {
    name: 'unexplained total',
    definition: 'A value, final or replaced, is none that the acknowledged changes can have left.',
    source: 'an impossible final read, Jepsen checker counter',
  },
  'inconsistent-read': {
    name: 'inconsistent read',
    definition: 'Somebody read values that never stood there together.',
    source: `${BERENSON}, A5A, read skew; Jepsen tests.bank`,
  },
  'usage-miscounted': {
    name: 'usage miscounted',
    definition: 'A counter does not say how often the thing that it counts was used.',
    source: `${BERENSON}, P4, on a counter beside what it counts`,
  },
  'discount-overused': {
    name: 'discount overused',
    definition: 'A discount was used more often than its limit allows.',
    source: 'Warszawski and Bailis, ACIDRain, SIGMOD 2017, the voucher invariant',
  },
  'duplicate-name': {
    name: 'two customers with one name',
    definition: 'One name belongs to more than one customer.',
    source: 'Bailis et al., Feral Concurrency Control, SIGMOD 2015, uniqueness',
  },
} as const satisfies Readonly<Record<string, Anomaly>>;

export type AnomalyId = keyof typeof ANOMALIES | (string & {});

/** The words for an anomaly; an unknown id is its own name, with its dashes read as spaces. */
export function anomalyName(id: AnomalyId): string {
  const known: Readonly<Record<string, Anomaly>> = ANOMALIES;
  return known[id]?.name ?? id.replaceAll('-', ' ');
}
