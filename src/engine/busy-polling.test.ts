import { describe, expect, it } from 'vitest';
import { BusyPolling } from './busy-polling.js';

/** An event loop that turns when it is told to. */
function manualLoop() {
  let nowMs = 1_000;
  let asked: (() => void) | undefined;
  const polling = new BusyPolling(
    () => nowMs,
    (turn) => (asked = turn),
  );
  /** Time goes by, and the loop turns, if that was asked for. Whether it was. */
  const turn = (tookMs: number) => {
    nowMs += tookMs;
    const ours = asked;
    asked = undefined;
    ours?.();
    return ours !== undefined;
  };
  /** For so long there is traffic in each turn. How many turns were asked for. */
  const burst = (forMs: number, turnMs: number) => {
    let turns = 0;
    for (const endMs = nowMs + forMs; nowMs < endMs;) {
      polling.traffic();
      if (turn(turnMs)) turns += 1;
    }
    return turns;
  };
  return { polling, turn, burst };
}

describe('busy polling', () => {
  it('lets the event loop sleep before there was traffic', () => {
    expect(manualLoop().turn(1)).toBe(false);
  });

  it('keeps the event loop turning until half a millisecond after the last traffic', () => {
    const { polling, turn } = manualLoop();
    polling.traffic();
    expect([turn(0.2), turn(0.2)]).toEqual([true, true]);
    polling.traffic();
    expect([turn(0.2), turn(0.2), turn(0.2), turn(0.2)]).toEqual([true, true, true, false]);
  });

  it('makes a pause where others have the core for much of the time, and goes on after it', () => {
    const { turn, burst } = manualLoop();
    expect(burst(60, 3)).toBeGreaterThan(15);
    expect(burst(200, 0.25)).toBe(0);
    turn(100);
    expect(burst(20, 0.25)).toBe(80);
  });

  it('polls on where somebody has the core now and then', () => {
    const { burst } = manualLoop();
    for (let round = 0; round < 50; round += 1) expect(burst(3, 3) + burst(27, 0.25)).toBe(109);
  });
});
