import { ORDERED } from '../cart.js';
import { checkoutOnRedis } from './schema.js';
import { orderText, TAKE_ALL, takeAll } from './steps.js';

/**
 * One script that checks the whole cart, takes it, and stores the order. Redis runs one script at a time and nothing beside it,
 * so there is no moment at which anybody could see, or die in, half of it. A server that loses its memory loses both.
 */
export default checkoutOnRedis({
  strategy: 'lua',
  summary: 'One script that checks all products of the cart, takes them and stores the order.',
  prevents:
    'Lost updates, overselling, partial orders, and units lost by a client that dies. Not the loss of what the server had not written down.',
  costs:
    'One round trip. The server does nothing else as long as the script runs, and is as durable as it is told to be.',
  source: 'https://redis.io/docs/latest/develop/programmability/eval-intro/',
  expectations: {
    'flash-sale': 'holds',
    'last-unit': 'holds',
    basket: 'holds',
    'oversized-cart': 'holds',
    'crashed-buyer': 'holds',
  },
  scripts: [TAKE_ALL],
  checkout: async (redis, input, context) =>
    (await takeAll(redis, context, input, orderText(input))) ?? ORDERED,
});
