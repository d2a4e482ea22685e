import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { bookUnderLock, withinLimit } from '../../booking.js';
import { readDecideWrite, seatsInFile } from '../state.js';

/** Looks whether the lock file exists, and creates it without O_EXCL if not: two who look together both hold it. */
export default seatsInFile({
  strategy: 'broken-lock-file-looks-first',
  summary: 'A lock file that is looked for first and created then.',
  prevents: 'Nothing when two ask at once.',
  costs: 'Those of lock-file.',
  source: 'https://nodejs.org/api/fs.html#fsexistspath-callback',
  expectations: { 'last-seat': 'violated' },
  start: (file) => ({
    client: (context) => (request) =>
      bookUnderLock(
        context,
        request.trip,
        {
          acquire: () =>
            withinLimit(context, async () => {
              if (existsSync(`${file}.lock`)) return undefined;
              await writeFile(`${file}.lock`, '');
              return true;
            }),
          release: () => rm(`${file}.lock`, { force: true }),
        },
        () => readDecideWrite(file, request, context),
      ),
  }),
});
