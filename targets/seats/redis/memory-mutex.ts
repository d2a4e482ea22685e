import { Mutex } from '../../mutex.js';
import { bookUnderLock, NO_SEAT } from '../booking.js';
import { readDecideSet, readSeats, seatsOnRedis } from './state.js';

/**
 * The seats stand in Redis, where every process and every machine sees them; the lock stands in the memory of one process.
 * It works until the program is started a second time, to share the load. Before it waits in line it looks whether there is
 * any use in that; under the lock it looks again.
 */
export default seatsOnRedis({
  strategy: 'memory-mutex',
  summary: 'A mutex of this process around GET, a check and SET.',
  prevents: 'Overbooking among the clients of one process. Nothing between two.',
  costs: 'One booking at a time, and one process only.',
  source: 'https://nodejs.org/api/cluster.html#how-it-works',
  expectations: { 'last-seat': 'holds', 'school-bus': 'holds', group: 'holds', 'stale-lock': 'holds' },
  acrossProcesses: {
    'last-seat': 'violated',
    'school-bus': 'violated',
    group: 'violated',
    'stale-lock': 'violated',
  },
  start: () => {
    const mutex = new Mutex();
    return {
      async bookSeat(redis, request, context) {
        if ((await readSeats(redis, context, request.trip)) < request.seats) return NO_SEAT;
        return bookUnderLock(
          context,
          request.trip,
          { acquire: () => mutex.acquire(), release: (release) => release() },
          () => readDecideSet(redis, context, request),
        );
      },
    };
  },
});
