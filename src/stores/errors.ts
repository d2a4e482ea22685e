/** A store's own knowledge of its drivers' errors. */
export interface StoreErrors {
  /** The target's code is wrong (a syntax error in SQL, a missing table), not the moment. */
  isProgrammingError(error: unknown): boolean;
}

const ERRORS: Readonly<Record<string, () => Promise<StoreErrors>>> = {
  postgres: () => import('./postgres/errors.js'),
  mongodb: () => import('./mongodb/errors.js'),
  redis: () => import('./redis/errors.js'),
};

/** What these stores know; a store without errors of its own (memory) adds nothing. */
export async function errorsOfStores(stores: readonly string[]): Promise<readonly StoreErrors[]> {
  const known = stores.map((store) => ERRORS[store]).filter((load) => load !== undefined);
  return Promise.all(known.map((load) => load()));
}
