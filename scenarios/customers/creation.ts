import type { Attempt, Parameter } from '../../src/core/scenario.js';
import type { Customers, CustomersInitial } from './contract.js';
import { customerNumber } from './number.js';

/** The numbers that every creation of customers has. */
export type Creation = {
  readonly clients: number;
  readonly startAt: number;
  readonly retries: number;
};

/** What can be changed on the command line, with a scenario's own defaults. */
export function creation(defaults: { readonly clients: number; readonly startAt?: number }): {
  readonly [K in keyof Creation]: Parameter;
} {
  return {
    clients: { default: defaults.clients, min: 2, max: 10_000, describe: 'callers at once' },
    startAt: {
      default: defaults.startAt ?? 0,
      min: 0,
      max: 1_000_000_000,
      describe: 'the last number given before the trial',
    },
    // Where conflicts are found by looking at more than was written, a round may get nobody through.
    retries: {
      default: ({ clients }) => 10 * (clients ?? defaults.clients),
      min: 0,
      max: 1_000_000,
      describe: 'how often a target that retries does so, for each attempt',
    },
  };
}

/** Where numbers have been given there is somebody who has the last one: a target may look for the highest. */
export function customersBefore({ startAt }: Creation): CustomersInitial {
  const last = { number: customerNumber(startAt), name: 'Customer before', phone: '0000000000' };
  return { counter: startAt, customers: startAt > 0 ? [last] : [] };
}

/** The attempt of a caller whose phone nobody else has. */
export function newCustomer(index: number): Attempt<Customers> {
  return {
    f: 'create',
    input: { name: `Customer ${index + 1}`, phone: String(9_800_000_000 + index) },
  };
}
