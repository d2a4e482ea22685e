import type { Scenario } from '../../src/core/scenario.js';
import { counted } from '../counted.js';
import { customersCheckers } from './checkers.js';
import { customers, type Customers } from './contract.js';
import { creation, customersBefore, newCustomer, type Creation } from './creation.js';
import { customerNumber } from './number.js';
import { tallyOf } from './tally.js';

/**
 * Numbers go past CUST9999. As text CUST9999 stays the highest for ever, since a 9 comes after a 1, so whoever looks for
 * the highest text and adds one gives CUST10000 to everybody from then on: no isolation and no lock helps against that.
 */
const fiveDigits: Scenario<Customers, Creation> = {
  name: 'five-digits',
  contract: customers,
  summary: 'New customers while the numbers go past CUST9999: is the highest text still the highest number?',
  describe: ({ clients, startAt }) =>
    `${counted(clients, 'new customer')} at once after ${customerNumber(startAt)}`,
  source:
    'PostgreSQL manual, ICU Custom Collations, setting kn: without it digits in a text compare one by one',
  parameters: creation({ clients: 20, startAt: 9_990 }),
  initial: customersBefore,
  attempts: ({ clients }) => Array.from({ length: clients }, (_, index) => newCustomer(index)),
  checkers: customersCheckers,
  tally: tallyOf('created', 'repeats', 'gaps'),
  expected: ({ clients }) => ({ created: clients, repeats: 0, gaps: 0 }),
  controls: {
    mongodb: { target: 'mongodb/naive', shows: ['duplicate-number'] },
    postgres: { target: 'postgres/naive', shows: ['duplicate-number'] },
    redis: { target: 'redis/get-then-set', shows: ['duplicate-number'] },
    memory: { target: 'memory/naive', shows: ['duplicate-number'] },
  },
  defaultTarget: 'mongodb/inc',
  small: { clients: 2, startAt: 9_999 },
};

export default fiveDigits;
