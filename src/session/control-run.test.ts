import { expect, it } from 'vitest';
import { inProcessHost } from '../engine/in-process-host.js';
import { runTarget } from '../engine/run-target.js';
import { openMemory } from '../stores/memory/server.js';
import { openReaper } from '../process/reaper.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import { drawing, naive, tickets } from './tickets.fixture.js';

const NEVER = new AbortController().signal;
const CLIENTS = 5;

/** A naive target as a control, whose first trials go well: everybody draws in turn. */
async function runControl(goodTrials: number) {
  let opened = 0;
  let resets = 0;
  let turn: Promise<unknown> = Promise.resolve();
  const target = {
    ...naive,
    open: async (...given: Parameters<typeof naive.open>) => {
      const target = await naive.open(...given);
      return {
        ...target,
        reset: (initial: { next: number }) => {
          resets += 1;
          return target.reset(initial);
        },
        client: async (...own: Parameters<typeof target.client>) => {
          opened += 1;
          const client = await target.client(...own);
          return {
            ...client,
            draw: (input: { by: number }) => {
              if (resets > goodTrials) return client.draw(input);
              const drawn = turn.then(() => client.draw(input));
              turn = drawn;
              return drawn;
            },
          };
        },
      };
    },
  };
  const reaper = openReaper();
  const server = await openMemory({
    ...{ url: undefined, allowRemote: false, runId: 'test', connections: 1, reaper },
  });
  try {
    const { result, closed } = await runTarget({
      scenario: drawing as unknown as AnyScenario,
      parameters: { clients: CLIENTS },
      target: { kind: 'registry', contract: tickets.name, id: naive.id },
      openHost: inProcessHost(target as unknown as AnyTarget),
      servers: new Map([['memory', server]]),
      plan: { trials: 59, confidence: 0.95, stopAtFirstViolation: true },
      shows: ['duplicate-number'],
      ...{ start: 'simultaneous', seed: 'control', timeoutMs: 20_000, processes: 1, watchesWaits: false },
      signal: NEVER,
      onTrial: () => undefined,
    });
    await closed;
    if (result.kind !== 'judged') throw new Error(`expected a judgement, got ${JSON.stringify(result)}`);
    return { ...result.judgement, opened };
  } finally {
    reaper.close();
  }
}

it('needs its clients once where it is caught in its first trial, as it mostly is', async () => {
  const { verdict, trials, opened } = await runControl(0);
  expect({ verdict, opened, ...trials }).toMatchObject({ verdict: 'violated', opened: CLIENTS, run: 1 });
});

it('goes on with new clients where it is not', async () => {
  const { verdict, trials, opened } = await runControl(3);
  expect({ verdict, opened, ...trials }).toMatchObject({
    ...{ verdict: 'violated', opened: 2 * CLIENTS, run: 4, firstViolated: 4 },
  });
});
