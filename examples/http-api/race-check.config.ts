import { defineConfig, defineHttpTarget } from 'race-check';
import { checkout, type CheckoutFinal } from 'race-check/scenarios/checkout/contract';

export default defineConfig({
  targets: [
    defineHttpTarget({
      contract: checkout,
      name: 'my-shop',
      summary: 'Our shop, as it is in production.',
      // The port is ours to choose: the command finds it in PORT.
      baseUrl: ({ port }) => `http://127.0.0.1:${port}`,
      // A PostgreSQL of its own: the command finds its URL in DATABASE_URL.
      stores: ['postgres'],
      start: {
        command: 'node server.mjs',
        env: { TEST_ROUTES: 'on' },
        readyWhen: { path: '/health' },
      },
      reset: { request: (initial) => ({ path: '/test/reset', body: initial }) },
      operations: {
        checkout: {
          request: ({ buyer, cart }) => ({ path: '/api/checkout', body: { buyer, items: cart } }),
          outcome: (answer) => {
            if (answer.status === 201) return { result: 'ordered' };
            const refused = answer.json() as { product: string; available: number; requested: number };
            return { result: 'insufficient-stock', message: 'sold out', ...refused };
          },
        },
      },
      state: { request: { path: '/test/state' }, final: (answer) => answer.json() as CheckoutFinal },
      expectations: { 'flash-sale': 'holds' },
      // The same command without its locks must be caught, or these conditions could not have shown a race.
      control: { env: { LOCKING: 'off' }, shows: ['oversold'] },
    }),
  ],
});
