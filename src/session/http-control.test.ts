import { expect, it } from 'vitest';
import type { Judgement } from '../core/verdict.js';
import { tooFarApart } from './http-control.js';

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

it("believes the server's word before the client's", () => {
  expect(tooFarApart(spread(0.1, 0.5, 3), 2)).toContain('3.00 ms apart');
  expect(tooFarApart(spread(3, 0.5, 0.1), 2)).toBeUndefined();
});

it('asks for a simultaneous start, and says nothing where there is nothing to compare', () => {
  expect(tooFarApart(spread(undefined, 0.5), 33)).toContain('no trial with a simultaneous start');
  expect(tooFarApart(spread(1, undefined), 33)).toBeUndefined();
  expect(tooFarApart(spread(1, 0.5), 1)).toBeUndefined();
});
