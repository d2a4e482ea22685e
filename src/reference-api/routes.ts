import type { Contract, ContractTypes } from '../core/contract.js';
import type { Routes } from '../http/routes.js';

/** What a server needs to know of a contract. */
export interface Served {
  readonly contract: Contract<ContractTypes>;
  readonly routes: Routes<ContractTypes>;
}

/** By contract. Only what is asked for is loaded. */
const LOADERS: Readonly<Record<string, () => Promise<Served>>> = {
  checkout: async () => {
    const { checkout } = await import('../../scenarios/checkout/contract.js');
    return forgotten(checkout, (await import('../../targets/checkout/http/routes.js')).routes);
  },
  bookings: async () => {
    const { bookings } = await import('../../scenarios/bookings/contract.js');
    return forgotten(bookings, (await import('../../targets/bookings/http/routes.js')).routes);
  },
  customers: async () => {
    const { customers } = await import('../../scenarios/customers/contract.js');
    return forgotten(customers, (await import('../../targets/customers/http/routes.js')).routes);
  },
  orders: async () => {
    const { orders } = await import('../../scenarios/orders/contract.js');
    return forgotten(orders, (await import('../../targets/orders/http/routes.js')).routes);
  },
  seats: async () => {
    const { seats } = await import('../../scenarios/seats/contract.js');
    return forgotten(seats, (await import('../../targets/seats/http/routes.js')).routes);
  },
};

/** Rejects for a contract that has no API of ours. */
export async function routesOf(contract: string): Promise<Served> {
  const load = LOADERS[contract];
  if (load === undefined) throw new Error(`There is no reference API for the contract ${contract}.`);
  return load();
}

/** Forgets which contract it is: a server passes on what fits the contract's own schemas, and nothing else. */
function forgotten<C extends ContractTypes>(contract: Contract<C>, routes: Routes<C>): Served {
  return {
    contract: contract,
    routes: routes,
  };
}
