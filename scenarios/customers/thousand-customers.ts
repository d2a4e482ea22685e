import type { Parameter, Scenario } from '../../src/core/scenario.js';
import { counted } from '../counted.js';
import { customersCheckers } from './checkers.js';
import { customers, type Customers } from './contract.js';
import { creation, customersBefore, newCustomer, type Creation } from './creation.js';
import { tallyOf } from './tally.js';

type Thousand = Creation & { readonly attempts: number };

const attempts: Parameter = {
  default: 1_000,
  min: 2,
  max: 100_000,
  describe: 'new customers in all, dealt out to the callers',
};

/**
 * More customers than callers: each caller makes several calls, one after the other. Those do not overlap, so that their
 * numbers must rise, which shows a target that hands out numbers in blocks.
 */
const thousandCustomers: Scenario<Customers, Thousand> = {
  name: 'thousand-customers',
  contract: customers,
  summary: 'A thousand new customers by 250 callers, each calling again and again.',
  describe: ({ attempts: all, clients }) =>
    `${counted(all, 'new customer')}, ${counted(Math.min(all, clients), 'caller')}`,
  source:
    'PostgreSQL manual, CREATE SEQUENCE, CACHE: numbers out of order between sessions; Herlihy and Wing, Linearizability, TOPLAS 1990',
  parameters: { ...creation({ clients: 250 }), attempts },
  initial: customersBefore,
  attempts: ({ attempts: all }) => Array.from({ length: all }, (_, index) => newCustomer(index)),
  checkers: customersCheckers,
  tally: tallyOf('created', 'repeats', 'gaps'),
  expected: ({ attempts: all }) => ({ created: all, repeats: 0, gaps: 0 }),
  controls: {
    mongodb: { target: 'mongodb/naive', shows: ['duplicate-number'] },
    postgres: { target: 'postgres/naive', shows: ['duplicate-number'] },
    redis: { target: 'redis/get-then-set', shows: ['duplicate-number'] },
    memory: { target: 'memory/naive', shows: ['duplicate-number'] },
  },
  defaultTarget: 'mongodb/inc',
  small: { clients: 2, attempts: 3 },
};

export default thousandCustomers;
