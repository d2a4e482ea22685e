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
  unsold: {
    name: 'unsold stock',
    definition: 'Units are left that a client who got nothing would have taken.',
    source: 'liveness, not safety: graded as interesting',
  },
} as const satisfies Readonly<Record<string, Anomaly>>;

export type AnomalyId = keyof typeof ANOMALIES | (string & {});

/** The words for an anomaly; an unknown id is its own name, with its dashes read as spaces. */
export function anomalyName(id: AnomalyId): string {
  const known: Readonly<Record<string, Anomaly>> = ANOMALIES;
  return known[id]?.name ?? id.replaceAll('-', ' ');
}
