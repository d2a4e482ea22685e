import { lock } from 'proper-lockfile';
import { bookUnderLock, NO_SEAT, withinLimit } from '../../booking.js';
import { readTracker, takeFrom, seatsInFile } from '../state.js';

/** Reads before it has the lock, and writes under it what follows from what it read. */
export default seatsInFile({
  strategy: 'broken-proper-lockfile-too-late',
  summary: 'The lock of the library around the write alone.',
  prevents: 'Nothing.',
  costs: 'Those of proper-lockfile.',
  source: 'https://github.com/moxystudio/node-proper-lockfile#design',
  expectations: { 'last-seat': 'violated' },
  start: (file) => ({
    client: (context) => async (request) => {
      const seen = await readTracker(file);
      if (seen.trips.every(({ seats }) => seats < request.seats)) return NO_SEAT;
      return bookUnderLock(
        context,
        request.trip,
        {
          acquire: () => withinLimit(context, () => lock(file, { realpath: false }).catch(() => undefined)),
          release: (release) => release(),
        },
        () => takeFrom(seen, file, request, context),
      );
    },
  }),
});
