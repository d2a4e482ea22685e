import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../core/history.js';
import { firstRequestSpreadNs } from './first-requests.js';
import type { ClientPlan } from './protocol.js';

const plan = (client: number, delayNs = 0, afterMs = 0): ClientPlan => ({
  client,
  delayNs,
  attempts: [{ f: 'draw', input: null, afterMs }],
});
const sent = (client: number, firstRequestNs: number, type: 'ok' | 'fail' | 'info' = 'ok'): HistoryEvent => {
  const span = { firstRequestNs, lastAnswerNs: firstRequestNs + 10, requests: 1 };
  const common = { timeNs: firstRequestNs + 10, process: client, client, f: 'draw', span };
  return type === 'ok'
    ? { ...common, type, value: null }
    : { ...common, type, error: { code: 'timeout', message: '' } };
};

describe('the spread of the first requests', () => {
  it('is from the first to the last of them', () => {
    const events = [sent(0, 100), sent(1, 400, 'fail'), sent(2, 250, 'info')];
    expect(firstRequestSpreadNs([plan(0), plan(1), plan(2)], events)).toBe(300);
  });

  it('counts the first request of each client, not the later ones', () => {
    expect(firstRequestSpreadNs([plan(0), plan(1)], [sent(0, 100), sent(0, 9_000), sent(1, 150)])).toBe(50);
  });

  it('leaves out what was planned', () => {
    const plans = [plan(0), plan(1, 5_000), plan(2, 0, 3)];
    expect(firstRequestSpreadNs(plans, [sent(0, 100), sent(1, 5_100), sent(2, 3_000_160)])).toBe(60);
  });

  it('is unknown where fewer than two clients sent a request', () => {
    const silent: HistoryEvent = { ...sent(1, 5), span: undefined } as never;
    expect(firstRequestSpreadNs([plan(0), plan(1)], [sent(0, 100), silent])).toBeUndefined();
    expect(firstRequestSpreadNs([], [])).toBeUndefined();
  });
});
