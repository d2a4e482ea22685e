import { Mutex } from '../../mutex.js';
import { bookUnderLock } from '../booking.js';
import { readDecideWrite, seatsInFile } from './state.js';

/**
 * The seats stand in a file that every process can read; the lock stands in the memory of one. As long as one process does all
 * the booking nobody gets in between. A second one, started to share the load, has a lock of its own that knows nothing of this one.
 */
export default seatsInFile({
  strategy: 'memory-mutex',
  summary: 'A mutex of this process around the naive way.',
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
  start: (file) => {
    const mutex = new Mutex();
    return {
      client: (context) => (request) =>
        bookUnderLock(
          context,
          request.trip,
          { acquire: () => mutex.acquire(), release: (release) => release() },
          () => readDecideWrite(file, request, context),
        ),
    };
  },
});
