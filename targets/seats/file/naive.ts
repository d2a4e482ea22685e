import { readDecideWrite, seatsInFile } from './state.js';

/** Reads the JSON, decides, writes the JSON. Two who read the same both write, and the second one's file is the one that stays. */
export default seatsInFile({
  strategy: 'naive',
  summary: 'Reads the file, decides, and writes the file anew; no lock.',
  prevents: 'Nothing but half-written files.',
  costs: 'One read and one write of the whole file.',
  source: 'https://nodejs.org/api/fs.html#fspromiseswritefilefile-data-options',
  expectations: {
    'last-seat': 'violated',
    'school-bus': 'violated',
    group: 'violated',
    'stale-lock': 'violated',
  },
  start: (file) => ({ client: (context) => (request) => readDecideWrite(file, request, context) }),
});
