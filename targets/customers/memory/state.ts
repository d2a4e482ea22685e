import type { ClientContext } from '../../../src/core/context.js';
import type { Target } from '../../../src/core/target.js';
import type {
  Customer,
  CustomerInput,
  CustomerOutcome,
  Customers,
  CustomersInitial,
} from '../../../scenarios/customers/contract.js';
import { customerNumber } from '../../../scenarios/customers/number.js';

/** The state of one open target. It lives in one process: with several, each would have customers of its own. */
export class CustomerBook {
  counter = 0;
  readonly customers: Customer[] = [];

  reset({ counter, customers }: CustomersInitial): void {
    this.counter = counter;
    this.customers.splice(0, this.customers.length, ...customers);
  }
}

/** One way to create customers in memory. */
export interface MemoryStrategy extends Pick<
  Target<Customers>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Called once for each open target, so that what the strategy shares belongs to one book. */
  readonly start: (
    book: CustomerBook,
  ) => (input: CustomerInput, context: ClientContext) => Promise<CustomerOutcome>;
}

/** A target from a strategy. */
export function customersInMemory({ strategy, start, ...about }: MemoryStrategy): Target<Customers> {
  return {
    contract: 'customers',
    id: `memory/${strategy}`,
    ...about,
    open: () => {
      const book = new CustomerBook();
      const create = start(book);
      return {
        setup: () => Promise.resolve(),
        reset: (initial) => Promise.resolve(book.reset(initial)),
        read: () => Promise.resolve({ counter: book.counter, customers: [...book.customers] }),
        client: (context) =>
          Promise.resolve({
            create: (input) => create(input, context),
            close: () => Promise.resolve(),
          }),
        close: () => Promise.resolve(),
      };
    },
  };
}

/** How long the program is busy between its look and its write: the place where another client may go. */
const BUSY_MS = 1;

/** Looks for the phone, reads the counter, is busy for a moment, writes the counter and stores the customer if it may. */
export async function lookCountStore(
  book: CustomerBook,
  { name, phone }: CustomerInput,
  context: ClientContext,
): Promise<CustomerOutcome> {
  const known = book.customers.find((customer) => customer.phone === phone);
  if (known) return { result: 'found', number: known.number };
  const next = book.counter + 1;
  context.note('read', { number: book.counter });
  await context.point('checked');
  await context.sleep(BUSY_MS);
  book.counter = next;
  context.note('write', { number: next });
  await context.point('written');
  if (name === '') return { result: 'rejected', reason: 'a customer needs a name' };
  const number = customerNumber(next);
  book.customers.push({ number, name, phone });
  return { result: 'created', number };
}
