import { rm, writeFile } from 'node:fs/promises';
import { LOCKED, withinLimit } from '../../booking.js';
import { readDecideWrite, seatsInFile } from '../state.js';

/** Removes the lock file in `finally`, also when it could not create it: every refused try lets the next one in. */
export default seatsInFile({
  strategy: 'broken-lock-file-removed-by-all',
  summary: 'A lock file that is removed by those who do not hold it, too.',
  prevents: 'Nothing when many ask at once.',
  costs: 'Those of lock-file.',
  source: 'https://man7.org/linux/man-pages/man2/open.2.html',
  expectations: { 'school-bus': 'violated' },
  start: (file) => ({
    client: (context) => async (request) => {
      const booked = await withinLimit(context, async () => {
        try {
          await writeFile(`${file}.lock`, '', { flag: 'wx' });
          return await readDecideWrite(file, request, context);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
          throw error;
        } finally {
          await rm(`${file}.lock`, { force: true });
        }
      });
      return booked ?? LOCKED;
    },
  }),
});
