import { z } from 'zod';
import type { Contract } from '../../src/core/contract.js';
import { CUSTOMER_NUMBER } from './number.js';

const number = z.string().regex(CUSTOMER_NUMBER, 'expected a customer number such as CUST0017 or CUST10000');
const phone = z.string().min(1);
const sequence = z.number().int().nonnegative();

/** An empty name is what a store refuses to insert. */
const input = z.object({ name: z.string(), phone });

const outcome = z.discriminatedUnion('result', [
  z.object({ result: z.literal('created'), number }),
  z.object({ result: z.literal('found'), number }),
  z.object({ result: z.literal('rejected'), reason: z.string() }),
]);

const customer = z.object({ number, name: z.string(), phone });

/** `counter` is the last number given, and the highest of the customers that are there. */
const initial = z.object({ counter: sequence, customers: z.array(customer) });

/** `counter` is null where the target has none and looks at the customers themselves. */
const final = z.object({ counter: sequence.nullable(), customers: z.array(customer) });

export type CustomerInput = z.infer<typeof input>;
export type CustomerOutcome = z.infer<typeof outcome>;
export type Customer = z.infer<typeof customer>;
export type CustomersInitial = z.infer<typeof initial>;
export type CustomersFinal = z.infer<typeof final>;

export type Customers = {
  readonly operations: {
    readonly create: { readonly input: CustomerInput; readonly output: CustomerOutcome };
  };
  readonly initial: CustomersInitial;
  readonly final: CustomersFinal;
};

/**
 * A customer is created with the next number, or found by the phone if there is one already: one customer a phone.
 * A customer without a name is rejected where the target inserts it, which may be after a number was drawn for it.
 *
 * Targets tell of the number that they build on, where they see it, so that a number given twice can be explained:
 * `note('read', { number: 17 })` for the highest number, or the counter, that a statement of theirs saw, and
 * `note('write', { number: 18 })` when what they wrote has been answered. A counter that is increased where it
 * stands reads nothing: that is a `write` alone.
 */
export const customers: Contract<Customers> = {
  name: 'customers',
  summary: 'Customers are created with consecutive numbers, one customer a phone.',
  operations: {
    create: {
      input,
      output: outcome,
      keys: ({ phone: own }) => ['customer number', `phone ${own}`],
    },
  },
  initial,
  final,
};
