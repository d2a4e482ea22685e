import type { Scenario } from '../../src/core/scenario.js';
import { counted } from '../counted.js';
import { customersCheckers } from './checkers.js';
import { customers, type Customers } from './contract.js';
import { creation, customersBefore, newCustomer, type Creation } from './creation.js';
import { tallyOf } from './tally.js';

/** Everybody is new and comes at once: the numbers are all that can go wrong. */
const customerCreation: Scenario<Customers, Creation> = {
  name: 'customer-creation',
  contract: customers,
  summary: 'Many new customers at once, each with a number of its own.',
  describe: ({ clients }) => `${counted(clients, 'new customer')} at once`,
  source:
    'MongoDB manual, Atomicity and Transactions: a write to a single document is atomic; the unique-ids checker of Jepsen',
  parameters: creation({ clients: 100 }),
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
  small: { clients: 2 },
};

export default customerCreation;
