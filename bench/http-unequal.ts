import type { ContractTypes } from '../src/core/contract.js';
import type { Scenario } from '../src/core/scenario.js';
import { OffsetSweep } from '../src/engine/offset-sweep.js';
import { startKindOf, typicalDuration, type StartMode } from '../src/engine/start-plan.js';
import { planClients } from '../src/engine/trial.js';
import { openShop, type Shop } from './http-shop.js';
import { median } from './numbers.js';
import { print, progress, type BenchOptions, type BenchResult } from './result.js';
import { openSender, type Sender } from './sender.js';

const SIMULTANEOUS_BURSTS = 30;
const MOST_BURSTS = 500;
/** One works 3 ms before it looks at the stock, the other does not; either writes 50 us after its look. */
const SETTING = { windowUs: 50, lookUpMs: 0, workMs: 3 };

const unequal: Pick<Scenario<ContractTypes>, 'attempts'> = {
  attempts: () => [
    { f: 'lateBuy', input: null },
    { f: 'buy', input: null },
  ],
};

/** How many bursts of the plan for unequal requests it takes to sell the last unit twice. */
export async function benchUnequal({ quick, runs }: BenchOptions): Promise<BenchResult[]> {
  const shop = await openShop('h1');
  const sender = await openSender();
  try {
    const together = await bursts(sender, shop, 'simultaneous', 'bench', SIMULTANEOUS_BURSTS, false);
    const needed: number[] = [];
    for (let run = 0; run < (quick ? 1 : runs); run += 1) {
      const found = await bursts(sender, shop, 'mixed', `bench ${run}`, MOST_BURSTS, true);
      needed.push(found.hits > 0 ? found.made : Number.POSITIVE_INFINITY);
      progress(
        `http: the unequal pair was ${found.hits > 0 ? 'found' : 'not found'} in ${found.made} bursts`,
      );
    }
    const most = Math.max(...needed);
    print(
      `\nHTTP: an unequal pair, window of 50 us, 3 ms into one of them: found in burst ${needed.join(', ')};`,
    );
    print(`${together.hits} of ${together.made} simultaneous bursts hit it.`);
    return [
      {
        what: 'http: bursts of the plan until an unequal pair is found, the most of all runs',
        goal: `at most ${MOST_BURSTS}`,
        measured: `${most} (median ${median(needed)}; simultaneous: ${together.hits} of ${together.made} hit)`,
        met: most <= MOST_BURSTS,
      },
    ];
  } finally {
    sender.close();
    shop.close();
  }
}

async function bursts(
  sender: Sender,
  shop: Shop,
  mode: StartMode,
  seed: string,
  most: number,
  untilHit: boolean,
) {
  await sender.open(shop.url, 2, { sync: 'auto' });
  const sweep = new OffsetSweep();
  let typicalNs = 0;
  let hits = 0;
  let made = 0;
  while (made < most && !(untilHit && hits > 0)) {
    const start = startKindOf(mode, seed, made, true);
    const { plans } = planClients({
      scenario: unequal as Scenario<ContractTypes>,
      ...{ parameters: {}, clients: 2, seed, trial: made, start, typicalNs, sweep },
    });
    await shop.reset(SETTING);
    const { events } = await sender.burst(plans);
    made += 1;
    sweep.learn(events);
    if (start === 'simultaneous') typicalNs = typicalDuration(events)?.ns ?? typicalNs;
    if ((await shop.stats()).sold > 1) hits += 1;
  }
  await sender.closeBursts();
  return { hits, made };
}
