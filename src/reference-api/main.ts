import type { AddressInfo } from 'node:net';
import { loadTarget, type TargetContracts } from '../../targets/index.js';
import type { StoreAddress } from '../core/context.js';
import type { ContractTypes } from '../core/contract.js';
import { seededRandom } from '../core/random.js';
import type { Target } from '../core/target.js';
import { createTargetContext } from '../engine/client-slot.js';
import { ClientPool } from './client-pool.js';
import { routesOf } from './routes.js';
import { referenceServer } from './server.js';
import { settingsSchema } from './settings.js';

/**
 * The reference API: one of our strategies behind the routes of its contract, on the loopback port `PORT` (default: any
 * that is free). Told what to serve by `RACE_CHECK_REFERENCE_API`; ends with SIGTERM.
 */
const LARGEST_POOL = 100;
const POOL = 33;

const settings = settingsSchema.parse(JSON.parse(process.env['RACE_CHECK_REFERENCE_API'] ?? '{}'));
const target = (await loadTarget(settings.contract as keyof TargetContracts, settings.target)) as
  Target<ContractTypes> | undefined;
if (target === undefined) throw new Error(`There is no target ${settings.target} for ${settings.contract}.`);
const source = {
  parameters: settings.parameters,
  random: seededRandom(String(process.pid)),
  addresses: new Map((settings.addresses as readonly StoreAddress[]).map((one) => [one.store, one])),
};
const open = await target.open(createTargetContext(source));
if (settings.setup) await open.setup();
const pool = new ClientPool(open, source);
await pool.fill(Math.min(settings.parameters['clients'] ?? POOL, LARGEST_POOL));
const server = referenceServer({
  ...(await routesOf(settings.contract)),
  pool,
  tell: (error) => console.error(error),
  ...(settings.testRoutes
    ? { test: { reset: (initial) => open.reset(initial), read: () => open.read() } }
    : {}),
});
// A client that warms a connection may leave it alone for as long as it likes.
server.keepAliveTimeout = 0;
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(`listening on http://127.0.0.1:${port}`);
});

process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void pool
    .close()
    .then(() => open.close())
    .finally(() => process.exit(0));
});
