import { COUNTER, customersOnRedis } from './schema.js';

/**
 * Reads the counter with GET, adds one in the program, writes it back with SET. The server runs one command at a time, and
 * between the two of one client there is room for those of all others.
 */
export default customersOnRedis({
  strategy: 'get-then-set',
  summary: 'Looks for the phone; GET the counter, add one, SET it.',
  prevents: 'Nothing.',
  costs: 'Two round trips for a number.',
  source: 'https://redis.io/docs/latest/commands/set/',
  expectations: {
    'customer-creation': 'violated',
    'returning-customer': 'violated',
    'thousand-customers': 'violated',
    'failed-creation': 'violated',
    'five-digits': 'violated',
  },
  draw: async (redis, context) => {
    const last = Number(await redis.get(COUNTER));
    context.note('read', { number: last });
    await redis.set(COUNTER, last + 1);
    context.note('write', { number: last + 1 });
    return last + 1;
  },
});
