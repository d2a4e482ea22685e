import { checkWaitTake, seatsInMemory } from './state.js';

/** Looks for a seat, waits for something else, and takes it. At the `await` others look as well, and see the same seat. */
export default seatsInMemory({
  strategy: 'naive',
  summary: 'Checks for a seat, waits a moment, then decrements.',
  prevents: 'Nothing across an `await`.',
  costs: 'Nothing.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Execution_model',
  expectations: {
    'last-seat': 'violated',
    'school-bus': 'violated',
    group: 'violated',
    'stale-lock': 'violated',
  },
  start: (tracker) => (request, context) => checkWaitTake(tracker, request, context),
});
