import { COUNTER, customersOnRedis } from '../schema.js';

/** Does not look at the answer of INCR, and asks what the counter became with GET: by then others have increased it too. */
export default customersOnRedis({
  strategy: 'broken-incr-then-get',
  summary: 'INCR, then GET.',
  prevents: 'A counter that falls behind. Not numbers given twice.',
  costs: 'Those of get-then-set.',
  source: 'https://redis.io/docs/latest/commands/incr/',
  expectations: { 'customer-creation': 'violated' },
  draw: async (redis, context) => {
    await redis.incr(COUNTER);
    const number = Number(await redis.get(COUNTER));
    context.note('write', { number });
    return number;
  },
});
