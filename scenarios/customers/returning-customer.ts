import type { Parameter, Scenario } from '../../src/core/scenario.js';
import { counted } from '../counted.js';
import { customersCheckers } from './checkers.js';
import { customers, type Customers } from './contract.js';
import { creation, customersBefore, type Creation } from './creation.js';
import { tallyOf } from './tally.js';

type Returning = Creation & { readonly phones: number };

const phones: Parameter = {
  default: 100,
  min: 1,
  max: 1_000_000,
  describe: 'phones that the calls are drawn from; 1: everybody calls with the same',
};

/**
 * Calls with phones drawn at random, so that some come twice before the first has a customer: whoever looks first and
 * creates afterwards creates two. With one phone for all it is the sharpest, with many it is what a shop sees.
 */
const returningCustomer: Scenario<Customers, Returning> = {
  name: 'returning-customer',
  contract: customers,
  summary: 'Calls at once from phones drawn at random: one customer a phone, whoever calls how often.',
  describe: ({ clients, phones: all }) => `${counted(clients, 'call')} at once, ${counted(all, 'phone')}`,
  source:
    'Bailis et al., Feral Concurrency Control: An Empirical Investigation of Modern Application Integrity, SIGMOD 2015, uniqueness',
  parameters: { ...creation({ clients: 100 }), phones },
  initial: customersBefore,
  attempts: ({ clients, phones: all }, random) =>
    Array.from({ length: clients }, () => {
      const phone = Math.floor(random() * all);
      return {
        f: 'create',
        input: { name: `Customer of phone ${phone}`, phone: String(9_876_543_200 + phone) },
      };
    }),
  checkers: customersCheckers,
  tally: tallyOf('created', 'found', 'repeats', 'gaps'),
  // How many phones come up is the seed's, unless there is only one.
  expected: ({ clients, phones: all }): Readonly<Record<string, number>> =>
    all === 1 ? { created: 1, found: clients - 1, repeats: clients - 1 } : {},
  controls: {
    mongodb: { target: 'mongodb/find-or-create', shows: ['duplicate-customer'] },
    postgres: { target: 'postgres/naive', shows: ['duplicate-customer'] },
    redis: { target: 'redis/get-then-set', shows: ['duplicate-customer'] },
    memory: { target: 'memory/naive', shows: ['duplicate-customer'] },
  },
  defaultTarget: 'mongodb/find-or-create',
  small: { clients: 2, phones: 1 },
};

export default returningCustomer;
