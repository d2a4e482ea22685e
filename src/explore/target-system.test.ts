import { describe, expect, it } from 'vitest';
import flashSale from '../../scenarios/checkout/flash-sale.js';
import { withDefaults } from '../core/scenario.js';
import mutex from '../../targets/checkout/memory/mutex.js';
import naive from '../../targets/checkout/memory/naive.js';
import { searchAll } from './exhaustive.js';
import { TargetSystem } from './target-system.js';

async function everything(target: typeof naive) {
  const system = new TargetSystem({
    scenario: flashSale,
    parameters: withDefaults(flashSale.parameters, flashSale.small),
    target,
    addresses: [{ store: 'memory', host: '', port: 0, namespace: 'x' }],
    wires: new Map(),
    seed: 'test',
    timeoutMs: 5_000,
    chase: () => Promise.reject(new Error('there is nothing to chase')),
  });
  await system.open();
  let violated = 0;
  const result = await searchAll(system, { reduce: true, isUp: () => false }, ({ result: trial }) => {
    if (trial?.result.findings.some(({ grade }) => grade === 'violation')) violated += 1;
  });
  await system.close();
  return { ...result, violated };
}

describe('a target in memory', () => {
  it('is violated in every interleaving in which both look before one writes', async () => {
    expect(await everything(naive)).toMatchObject({
      ...{ schedules: 20, violated: 18, standFor: 20n, cut: undefined, sharesMemory: false },
    });
  });

  it('holds in all of them under a mutex, where who comes second waits in its own process', async () => {
    expect(await everything(mutex)).toMatchObject({
      schedules: 10,
      violated: 0,
      standFor: 10n,
      cut: undefined,
    });
  });
});
