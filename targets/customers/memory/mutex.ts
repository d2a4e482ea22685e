import { Mutex, underMutex } from '../../mutex.js';
import { customersInMemory, lookCountStore } from './state.js';

/**
 * The naive way, each client after the one before: whoever comes waits for the promise of the last one. Works within one
 * process only. A number that was drawn for a rejected customer stays drawn: a lock takes nothing back.
 */
export default customersInMemory({
  strategy: 'mutex',
  summary: 'The naive way under a mutex of this process.',
  prevents: 'Numbers given twice and two customers with one phone, within one process. Not gaps.',
  costs: 'One creation at a time, whoever is created.',
  source: 'https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Promise/then',
  expectations: {
    'customer-creation': 'holds',
    'returning-customer': 'holds',
    'thousand-customers': 'holds',
    'failed-creation': 'holds',
    'five-digits': 'holds',
  },
  start: (book) => {
    const mutex = new Mutex();
    return (input, context) =>
      underMutex(mutex, context, 'counter', () => lookCountStore(book, input, context));
  },
});
