import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../scenarios/index.js';
import { TARGETS } from '../../targets/index.js';
import type { ContractTypes } from '../core/contract.js';
import { withDefaults } from '../core/scenario.js';
import { chase } from '../engine/trial.js';
import { openReaper, type Reaper } from '../process/reaper.js';
import { openSystem } from '../session/open-system.js';
import { openPostgres } from '../stores/postgres/server.js';
import type { StoreServer } from '../stores/store.js';
import { compareReduction, reachEnds } from './reduction.js';

let reaper: Reaper;
let server: StoreServer;
beforeAll(async () => {
  reaper = openReaper();
  const request = { url: undefined, allowRemote: false, runId: 'reduction', connections: 40, reaper };
  server = await openPostgres(request);
});
afterAll(async () => {
  await server.stop();
  reaper.close();
});

/** Of each contract, a scenario with few interleavings. `npm run soak -- explore` has all of them. */
const FEWEST: Readonly<Record<keyof typeof TARGETS, string>> = {
  checkout: 'flash-sale',
  customers: 'customer-creation',
  seats: 'last-seat',
  bookings: 'overlapping-slots',
  orders: 'order-set',
};
/** Whose interleavings are few enough in these: here more of what steps touch is seen. */
const BESIDES = [
  ['table-booking', 'postgres/exclusion-constraint'],
  ['returning-customer', 'postgres/sequence'],
  ['shared-then-exclusive', 'postgres/for-update-ordered'],
] as const;
/** Their workers look for requests for ever, so that no search without a bound comes to its end. */
const ENDLESS = ['postgres/queue', 'postgres/queue-many-workers'];

const PAIRS = (Object.keys(TARGETS) as (keyof typeof TARGETS)[]).flatMap((contract) =>
  Object.keys(TARGETS[contract])
    .filter((id) => id.startsWith('postgres/'))
    .map((id) => [FEWEST[contract], id] as const),
);

type Load = () => Promise<{ readonly default: never }>;

/** Two clients. */
async function open(scenarioName: string, id: string) {
  const scenario = await SCENARIOS[scenarioName]!();
  const loads = TARGETS[scenario.contract.name as keyof typeof TARGETS] as Record<string, Load>;
  const namespace = await server.namespace();
  const { system, close } = await openSystem<ContractTypes>({
    scenario,
    parameters: withDefaults(scenario.parameters, { ...scenario.small, clients: 2 }),
    target: (await loads[id]!()).default,
    addresses: [namespace.address],
    seed: 'reduction',
    timeoutMs: 20_000,
    chase: (connections) => chase(connections, new Map([['postgres', namespace]])),
  });
  return { system, close: () => close().finally(() => namespace.drop()) };
}

describe('reduction', { timeout: 120_000 }, () => {
  it.each([...PAIRS.filter(([, id]) => !ENDLESS.includes(id)), ...BESIDES])(
    'reaches the same outcomes and final states, and stands for as many interleavings: %s on %s',
    async (scenario, id) => {
      const { problems, isWhole, reduced, all } = await compareReduction(() => open(scenario, id));
      expect(problems).toEqual([]);
      expect(isWhole).toBe(true);
      expect(reduced.standFor).toBe(BigInt(all.schedules));
      expect(reduced.schedules).toBeLessThan(all.schedules);
    },
  );

  it.each(ENDLESS)(
    'of endless schedules: what the first ones end in without reduction is among what it reaches, and no more is shown: %s',
    async (id) => {
      const reduced = await reachEnds(() => open('flash-sale', id), true, { maxSchedules: 60 });
      const all = await reachEnds(() => open('flash-sale', id), false, { maxSchedules: 30 });
      expect([...reduced.ends.keys()]).toEqual(expect.arrayContaining([...all.ends.keys()]));
      expect(all.search.schedules).toBe(30);
    },
  );
});
