import type { Scenario } from '../../src/core/scenario.js';
import { counted } from '../counted.js';
import { customersCheckers } from './checkers.js';
import { customers, type Customers } from './contract.js';
import { creation, customersBefore, newCustomer, type Creation } from './creation.js';
import { tallyOf } from './tally.js';

/**
 * Every third customer has no name and is rejected where it is inserted, after its number was drawn. A target that cannot
 * take the number back leaves a gap, which is interesting; one that gives it to somebody else as well is wrong.
 */
const failedCreation: Scenario<Customers, Creation> = {
  name: 'failed-creation',
  contract: customers,
  summary: 'Every third insert is rejected after its number was drawn: gaps, or numbers given twice?',
  describe: ({ clients }) => `${counted(clients, 'new customer')}, ${rejections(clients)} of them rejected`,
  source:
    'PostgreSQL manual, Sequence Manipulation Functions: a number obtained by nextval is not reclaimed when its transaction aborts',
  parameters: creation({ clients: 100 }),
  problems: ({ clients }) =>
    clients < EVERY ? [`Of ${clients} customers none is rejected: there must be ${EVERY} or more.`] : [],
  initial: customersBefore,
  attempts: ({ clients }) =>
    Array.from({ length: clients }, (_, index) => {
      const attempt = newCustomer(index);
      return (index + 1) % EVERY === 0 ? { ...attempt, input: { ...attempt.input, name: '' } } : attempt;
    }),
  checkers: customersCheckers,
  tally: tallyOf('created', 'rejected', 'gaps'),
  expected: ({ clients }) => ({ created: clients - rejections(clients), rejected: rejections(clients) }),
  controls: {
    mongodb: { target: 'mongodb/naive', shows: ['duplicate-number'] },
    postgres: { target: 'postgres/naive', shows: ['duplicate-number'] },
    redis: { target: 'redis/get-then-set', shows: ['duplicate-number'] },
    memory: { target: 'memory/naive', shows: ['duplicate-number'] },
  },
  defaultTarget: 'mongodb/inc',
  small: { clients: 3 },
};

export default failedCreation;

const EVERY = 3;

function rejections(clients: number): number {
  return Math.floor(clients / EVERY);
}
