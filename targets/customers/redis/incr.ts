import { COUNTER, customersOnRedis } from './schema.js';

/**
 * INCR increases the counter and answers with what it became, in one command: nobody gets a number twice. The look for the phone
 * is another command and guards nothing: two callers with one phone both see that nobody has it. A number that was drawn
 * for a customer who is rejected is gone.
 */
export default customersOnRedis({
  strategy: 'incr',
  summary: 'Looks for the phone; INCR draws the number.',
  prevents: 'Numbers given twice. Neither gaps nor two customers with one phone, if they come together.',
  costs: 'One round trip for a number; a number for every customer who is rejected.',
  source: 'https://redis.io/docs/latest/commands/incr/',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'violated',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  draw: async (redis, context) => {
    const number = await redis.incr(COUNTER);
    context.note('write', { number });
    return number;
  },
});
