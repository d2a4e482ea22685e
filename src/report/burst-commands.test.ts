import { describe, expect, it } from 'vitest';
import { burstCommands } from './burst-commands.js';
import type { JudgedTarget, Report } from './report.js';
import { gateHolds, holding } from './report.fixture.js';

const WORDS = ['burst', 'POST', 'http://localhost:3000/take', '--timeout', '1s'];

/** What is typed after a burst that ended so, without what was typed before. */
function next(more: Partial<JudgedTarget>, scenario: Partial<Report['scenario']> = {}): readonly string[] {
  const target = holding('http/localhost-3000', 1, { verdict: 'inconclusive', ...more });
  const report = { ...gateHolds, scenario: { ...gateHolds.scenario, ...scenario }, targets: [target] };
  return commands({ ...report, timeoutMs: 1_000 });
}

function commands(report: Report): readonly string[] {
  return burstCommands(report, { scenario: 'burst', words: WORDS }, undefined).map(({ command }) =>
    command.replace('race-check burst POST http://localhost:3000/take', '').trim(),
  );
}

const { trials, operations } = holding('http/localhost-3000');
const seen = (min: number, max: number) => ({ min, median: (min + max) / 2, max });

describe('after a burst that shows too little, the next command', () => {
  it('says when an API is at rest, where a request had no answer', () => {
    const more = { operations: { ...operations, info: 1 } };
    expect(next({ ...more, errors: { 'no-answer': 1 } })).toEqual(['--timeout 1s --settle 2s']);
    expect(next({ ...more, errors: { timeout: 1 } })).toEqual([
      '--timeout 2000ms',
      '--timeout 1s --settle 2s',
    ]);
  });

  it('says that the server must not fail, where only its failures left anything open', () => {
    const tally = { 200: seen(1, 1), 500: seen(1, 2) };
    expect(next({ tally, trials: { ...trials, undecided: 3 } })).toEqual(["--timeout 1s --expect '5xx = 0'"]);
    expect(next({ tally: { 200: seen(1, 1) }, trials: { ...trials, undecided: 3 } })).toEqual([
      '--timeout 1s',
    ]);
  });

  it('says that all are to be answered in one way, where nobody was served', () => {
    const more = { trials: { ...trials, undecided: 3 } };
    expect(next({ ...more, tally: { 409: seen(8, 8) } })).toEqual(["--timeout 1s --expect '409 = 8'"]);
    expect(next({ ...more, tally: { 401: seen(1, 2), 404: seen(6, 7) } })).toEqual(['--timeout 1s']);
  });

  it('says that all others are to be refused so, where but one was let through', () => {
    const more = { trials: { ...trials, undecided: 3 } };
    expect(next({ ...more, tally: { 200: seen(1, 1), 401: seen(7, 7) } })).toEqual([
      "--timeout 1s --expect '401 = 7'",
    ]);
    expect(next({ ...more, tally: { 200: seen(1, 1), 401: seen(6, 7) } })).toEqual(['--timeout 1s']);
  });

  it('tries one request alone, where an expectation was broken and nobody served', () => {
    const violated = { verdict: 'violated' } as const;
    expect(next({ ...violated, tally: { 401: seen(5, 5) } })[0]).toBe('--timeout 1s --clients 1 --trials 1');
    expect(next({ ...violated, tally: { 200: seen(0, 2), 409: seen(3, 5) } })).toHaveLength(1);
  });

  it('takes any certificate, or speaks HTTP/2, where it could not run for lack of that', () => {
    const failed = (message: string) => {
      const target = { outcome: 'error', id: 'http/a', role: 'named', summary: '', message } as const;
      return commands({ ...gateHolds, targets: [target] });
    };
    expect(failed('self-signed certificate; a certificate ...')).toEqual(['--timeout 1s --insecure']);
    expect(failed('what came is no HTTP/1.1 (Parse Error)')).toEqual(['--timeout 1s --sync single-packet']);
    expect(failed('no answer within 1000 ms')).toEqual(['--timeout 1s']);
  });

  it('takes the fewest successes for what is right, where nobody said so', () => {
    const unjudged = { unjudged: 'nothing says what is right' };
    expect(next({ tally: { 200: seen(1, 33) } }, unjudged)).toEqual(["--timeout 1s --expect '200 = 1'"]);
    expect(next({ tally: { 200: seen(0, 2) } }, unjudged)).toEqual(["--timeout 1s --expect '200 = 1'"]);
    expect(next({ tally: {} }, unjudged)).toEqual(["--timeout 1s --expect '2xx = 1'"]);
  });
});
