import type { ClientContext } from '../../../src/core/context.js';
import type { Target } from '../../../src/core/target.js';
import { connectRedis, type Redis } from '../../../src/stores/redis/connect.js';
import type {
  Customer,
  CustomerInput,
  CustomerOutcome,
  Customers,
} from '../../../scenarios/customers/contract.js';
import { customerNumber } from '../../../scenarios/customers/number.js';

/** The last number given. */
export const COUNTER = 'counter';
/** A list of customers, each as JSON. */
const CUSTOMERS = 'customers';
/** A hash: the number of the customer who has a phone. */
const PHONES = 'phones';

/** One way to draw numbers on Redis: what its file adds to the keys that all of them share. */
export interface CustomersStrategy extends Pick<
  Target<Customers>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Draws the next number, and leaves the counter where it has to be. */
  readonly draw: (redis: Redis, context: ClientContext) => Promise<number>;
}

/** A target from a strategy: its set-up, reset, reads and clients. */
export function customersOnRedis({ strategy, draw, ...about }: CustomersStrategy): Target<Customers> {
  return {
    contract: 'customers',
    id: `redis/${strategy}`,
    ...about,
    open: async (context) => {
      const redis = await connectRedis(context);
      return {
        setup: () => Promise.resolve(),
        reset: async ({ counter, customers }) => {
          const reset = redis.multi().del(CUSTOMERS, PHONES).set(COUNTER, counter);
          for (const customer of customers) {
            reset.rpush(CUSTOMERS, JSON.stringify(customer)).hset(PHONES, customer.phone, customer.number);
          }
          await reset.exec();
        },
        read: async () => ({
          counter: Number(await redis.get(COUNTER)),
          customers: (await redis.lrange(CUSTOMERS, 0, -1)).map((text) => JSON.parse(text) as Customer),
        }),
        client: async (clientContext) => {
          const own = await connectRedis(clientContext);
          return {
            create: (input) => lookDrawStore(own, input, clientContext, draw),
            close: () => Promise.resolve(own.disconnect()),
          };
        },
        close: () => Promise.resolve(redis.disconnect()),
      };
    },
  };
}

/**
 * Looks for the phone, draws a number, and stores the customer. Redis has no rule for what a customer is, so the program looks
 * at the name, where another store would: at the insert.
 */
async function lookDrawStore(
  redis: Redis,
  { name, phone }: CustomerInput,
  context: ClientContext,
  draw: CustomersStrategy['draw'],
): Promise<CustomerOutcome> {
  const known = await redis.hget(PHONES, phone);
  if (known !== null) return { result: 'found', number: known };
  await context.point('checked');
  const number = customerNumber(await draw(redis, context));
  if (name === '') return { result: 'rejected', reason: 'a customer needs a name' };
  const stored = await redis
    .multi()
    .rpush(CUSTOMERS, JSON.stringify({ number, name, phone } satisfies Customer))
    .hset(PHONES, phone, number)
    .exec();
  for (const [error] of stored ?? []) if (error) throw error;
  await context.point('written');
  return { result: 'created', number };
}
