import { afterAll, describe, expect, it } from 'vitest';
import type { BurstDefinition } from '../burst/definition.js';
import { openExpressionThread } from '../burst/expression-thread.js';
import { burstScenario } from '../burst/scenario.js';
import { burstTarget } from '../burst/target.js';
import type { Api } from '../core/api.js';
import type { Judgement } from '../core/verdict.js';
import { inProcessHost } from '../engine/in-process-host.js';
import { openReaper } from '../process/reaper.js';
import { controlProblem } from '../verdict/control.js';
import type { AnyScenario, AnyTarget } from './choice.js';
import { runReference } from './http-control.js';
import { REFERENCE_SHOWS, tooFarApart } from './vouching.js';
import { planSession } from './plan-session.js';

function spread(medianMs: number | undefined, fastestMs: number | undefined, serverMs?: number): Judgement {
  const shown = {
    ...(medianMs === undefined ? {} : { firstRequestSpreadMs: { median: medianMs, max: medianMs } }),
    ...(serverMs === undefined ? {} : { arrivalSpreadMs: { median: serverMs, max: serverMs } }),
    ...(fastestMs === undefined ? {} : { latencyMs: { min: fastestMs, p50: 9, p95: 9, p99: 9, max: 9 } }),
  };
  return shown as unknown as Judgement;
}

it('lets requests vouch for nothing that came further apart than the fastest operation took', () => {
  expect(tooFarApart(spread(3.2, 0.5), 33)).toBeUndefined();
  expect(tooFarApart(spread(32, 0.5), 33)).toBe(
    'requests arrived 1.00 ms apart, and the fastest operation took 0.50 ms: they hardly met',
  );
});

it("believes the server's word that requests were further apart than they left, and not that they were closer", () => {
  expect(tooFarApart(spread(0.1, 0.5, 3), 2)).toContain("3.00 ms apart by the server's own word, and");
  expect(tooFarApart(spread(3, 0.5, 0), 2)).toContain('3.00 ms apart, and');
  expect(tooFarApart(spread(0.1, 0.5, 0), 2)).toBeUndefined();
});

it('asks for a simultaneous start, and says nothing where there is nothing to compare', () => {
  expect(tooFarApart(spread(undefined, 0.5), 33)).toContain('no trial with a simultaneous start');
  expect(tooFarApart(spread(1, undefined), 33)).toBeUndefined();
  expect(tooFarApart(spread(1, 0.5), 1)).toBeUndefined();
});

describe('the racy server of ours', () => {
  const reaper = openReaper();
  afterAll(() => reaper.close());

  async function vouching(fastestMs: number, sync?: Api['sync']) {
    const api: Api = { baseUrl: 'http://localhost:9', insecure: false, problems: [], ...(sync && { sync }) };
    const { target } = burstChoice();
    const httpVersion = sync === 'single-packet' ? 'http2' : 'http1';
    const plan = await planSession({
      ...burstChoice().session,
      trials: 3,
      seed: 'control',
      start: 'simultaneous',
    });
    const { result, closed, ...reference } = await runReference(
      { target, api, httpVersion, judgement: spread(1, fastestMs) },
      'http/reference-server',
      {
        ...{ plan, reaper, after: Promise.resolve(), signal: new AbortController().signal },
        openHost: (_source, racy) => ({ open: inProcessHost(racy), close: () => Promise.resolve() }),
        onTrial: () => undefined,
      },
    );
    await closed;
    if (result.kind !== 'judged') throw new Error(result.error.message);
    const { judgement } = result;
    const of = { outcome: 'ran', target: reference.target.id, shows: REFERENCE_SHOWS, judgement } as const;
    return { ...reference, judgement, problem: controlProblem(of) };
  }

  it.each(['auto', 'none', 'single-packet'] as const)(
    'is caught at half the time of the fastest operation, with --sync %s',
    async (sync) => {
      const { judgement, problem, vouchesFor, description } = await vouching(100, sync);
      expect(problem).toBeUndefined();
      expect(judgement.trials.firstViolated).toBe(1);
      expect(vouchesFor).toBe('http/localhost-9');
      const over = sync === 'single-packet' ? ', over HTTP/2' : '';
      expect(description).toBe(`reference server, not your code${over}, with a window of 50.00 ms`);
    },
  );

  it('vouches for nothing where it was not caught, and so nothing holds', async () => {
    const { judgement, problem } = await vouching(0);
    expect(judgement.trials).toMatchObject({ run: 3, violated: 0 });
    expect(problem).toContain('the control http/reference-server was not caught in 3 trials');
  });
});

/** A burst at a server that nobody asks: only its conditions count here. */
function burstChoice() {
  const definition: BurstDefinition = {
    ...{ baseUrl: 'http://localhost:9', insecure: false, sync: 'auto', timeoutMs: 5_000, rows: [] },
    ...{
      requests: [{ method: 'POST', path: '/', headers: {}, body: 'x' }],
      reset: [],
      before: [],
      after: [],
    },
  } as const;
  const target = burstTarget(definition) as unknown as AnyTarget;
  const scenario = burstScenario(definition, [], openExpressionThread()) as unknown as AnyScenario;
  const choice = { target, source: { kind: 'http', definition } } as const;
  return { target, session: { scenario, targets: [choice], parameters: { clients: 8 } } };
}
