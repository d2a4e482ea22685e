import { customersInMemory, lookCountStore } from './state.js';

/**
 * Looks for the phone, reads the counter, waits for something else, and writes what it computed. One thread is no lock: at
 * every `await` another client may go, and then two of them have the same number.
 */
export default customersInMemory({
  strategy: 'naive',
  summary: 'Looks for the phone, reads the counter, waits a moment, writes the next number.',
  prevents: 'Nothing across an `await`.',
  costs: 'Nothing.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Execution_model',
  expectations: {
    'customer-creation': 'violated',
    'returning-customer': 'violated',
    'thousand-customers': 'violated',
    'failed-creation': 'violated',
    'five-digits': 'violated',
  },
  start: (book) => (input, context) => lookCountStore(book, input, context),
});
