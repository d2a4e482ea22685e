import { describe, expect, it } from 'vitest';
import type { HistoryEvent } from '../core/history.js';
import { seededRandom } from '../core/random.js';
import { OffsetSweep } from './offset-sweep.js';
import type { ClientPlan } from './protocol.js';

const SEED = '7f3a91';
const plan = (client: number, f: string) => ({ client, delayNs: 0, attempts: [{ f, input: null }] });
const PAIR = [plan(0, 'refund'), plan(1, 'pay')];

/** An operation that took so long. */
function took(f: string, ms: number, process = 0): HistoryEvent[] {
  const of = { f, process, client: process };
  return [
    { type: 'invoke', timeNs: 0, ...of, value: null },
    { type: 'ok', timeNs: ms * 1e6, ...of, value: null },
  ];
}

/** The next so many offsets, as `later ms`. */
function next(sweep: OffsetSweep, count: number, plans: readonly ClientPlan[] = PAIR, mostNs = Infinity) {
  const random = seededRandom(SEED);
  return Array.from({ length: count }, () => sweep.next(plans, mostNs, random));
}
const words = ({ later, offsetNs }: { later: string; offsetNs: number }) => `${later} ${offsetNs / 1e6}`;

describe(`a sweep over offsets, drawn from the seed ${SEED}`, () => {
  it('puts each operation off by up to what the other takes, in steps of 100 us, each once before any twice', () => {
    const sweep = new OffsetSweep();
    sweep.learn([...took('refund', 3, 0), ...took('pay', 0.2, 1)]);
    const offsets = next(sweep, 68);
    const firstRound = offsets.slice(0, 34).map(words);
    expect(new Set(firstRound).size).toBe(34);
    expect(firstRound).toContain('pay 3');
    expect(firstRound).toContain('pay 0.1');
    expect(firstRound.filter((one) => one.startsWith('refund')).sort()).toEqual([
      'refund 0',
      'refund 0.1',
      'refund 0.2',
    ]);
    expect(new Set(offsets.slice(34).map(words)).size).toBe(34);
    expect(offsets.every(({ planned }) => planned === 34)).toBe(true);
  });

  it('begins together while nothing was measured, and tries what is new first when operations take longer', () => {
    const sweep = new OffsetSweep();
    expect(next(sweep, 2).map(words).sort()).toEqual(['pay 0', 'refund 0']);
    sweep.learn(took('refund', 0.3));
    expect(next(sweep, 3).map(words).sort()).toEqual(['pay 0.1', 'pay 0.2', 'pay 0.3']);
  });

  it('has at most a hundred steps in an order, and none beyond what a scenario allows', () => {
    const sweep = new OffsetSweep();
    sweep.learn([...took('refund', 55, 0), ...took('pay', 55, 1)]);
    const offsets = next(sweep, 300);
    expect(offsets[0]!.planned).toBe(2 * 93);
    expect(Math.max(...offsets.map(({ offsetNs }) => offsetNs))).toBe(92 * 600_000);
    expect(next(sweep, 50, PAIR, 1e6).every(({ offsetNs }) => offsetNs <= 1e6)).toBe(true);
  });

  it('tells attempts apart as the scenario does', () => {
    const sweep = new OffsetSweep(({ input }) => (input as { path: string }).path);
    const attempt = (path: string) => [{ f: 'request', input: { path } }];
    const plans = ['/pay', '/refund', '/cancel'].map((path, client) => ({
      client,
      delayNs: 0,
      attempts: attempt(path),
    }));
    sweep.learn(
      took('request', 0.1).map((event) =>
        event.type === 'invoke' ? { ...event, value: { path: '/pay' } } : event,
      ),
    );
    expect(next(sweep, 5, plans).map(words).sort()).toEqual([
      '/cancel 0',
      '/cancel 0.1',
      '/pay 0',
      '/refund 0',
      '/refund 0.1',
    ]);
  });

  it('puts off every second client where all have the same operation', () => {
    const sweep = new OffsetSweep();
    const plans = [0, 1, 2, 3].map((client) => plan(client, 'buy'));
    const [offset] = next(sweep, 1, plans);
    expect(['even clients', 'odd clients']).toContain(offset!.later);
    const odd = sweep.putOff(plans, { later: 'odd clients', offsetNs: 5, planned: 2 });
    expect(odd.map(({ delayNs }) => delayNs)).toEqual([0, 5, 0, 5]);
  });
});
