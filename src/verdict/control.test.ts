import { describe, expect, it } from 'vitest';
import { applyControl, type ControlOutcome } from './control.js';
import { judge } from './judge.js';
import { finding, plan, trial, trials } from './trial-results.fixture.js';

const safe = judge(trials(2), plan());
const caught = (...anomalies: string[]) =>
  judge([trial({ findings: anomalies.map((anomaly) => finding(anomaly)) })], plan());

function control(judgement = caught('oversold')): ControlOutcome {
  return { outcome: 'ran', target: 'postgres/naive', shows: ['lost-update', 'oversold'], judgement };
}

function reason(outcome: ControlOutcome): string | undefined {
  const { verdict, reasons } = applyControl(safe, outcome);
  expect(verdict).toBe('inconclusive');
  return reasons.at(-1);
}

describe('a verdict after its control', () => {
  it('holds where the control was caught for one of what it must show', () => {
    expect(applyControl(safe, control())).toBe(safe);
  });

  it('holds where the control showed an event', () => {
    const judgement = judge([trial({ counts: { deadlock: 2 } })], plan());
    const deadlocks: ControlOutcome = { outcome: 'ran', target: 'x/y', shows: ['deadlock'], judgement };
    expect(applyControl(safe, deadlocks).verdict).toBe('holds');
  });

  it('is inconclusive where the control was not caught', () => {
    expect(reason(control(safe))).toBe(
      'the control postgres/naive was not caught in 2 trials: these conditions could not have shown the race',
    );
  });

  it('is inconclusive where the control was caught for something else', () => {
    expect(reason(control(caught('order-partial')))).toBe(
      'the control postgres/naive was caught for partial order, not for lost update or oversold: nothing shows that these conditions could have caught the race',
    );
  });

  it('says of the control of an API what it would have to be declared to show', () => {
    const { judgement } = control(caught('order-partial')) as { judgement: typeof safe };
    const own: ControlOutcome = {
      outcome: 'ran',
      target: 'http/my-api-control',
      shows: ['oversold'],
      judgement,
    };
    expect(reason(own)).toMatch(
      /If that is what it must show, say so in the target: shows: \['order-partial'\]$/,
    );
  });

  it('is inconclusive where what it must show was only interesting, or an event was counted zero times', () => {
    const interesting = judge(
      [trial({ findings: [finding('oversold', 'interesting')], counts: { 'lost-update': 0 } })],
      plan(),
    );
    expect(reason(control(interesting))).toContain('was not caught in 1 trial:');
  });

  it('is inconclusive without a control, or with one that did not run', () => {
    expect(reason({ outcome: 'none', store: 'redis' })).toContain('there is no control for redis');
    expect(reason(control(judge([], plan())))).toContain('postgres/naive did not run');
    expect(
      reason({ outcome: 'could-not-run', target: 'x/naive', shows: ['oversold'], reason: 'a TypeError' }),
    ).toContain('x/naive could not run (a TypeError)');
  });

  it('is inconclusive for the control itself when it was not caught', () => {
    expect(reason({ outcome: 'itself', target: 'postgres/naive', shows: ['oversold'] })).toContain(
      'was not caught',
    );
  });

  it('stays violated, and stays inconclusive, whatever the control did', () => {
    const violated = caught('oversold');
    const inconclusive = judge([], plan());
    for (const outcome of [control(), control(safe), { outcome: 'none', store: 'redis' } as const]) {
      expect(applyControl(violated, outcome)).toBe(violated);
      expect(applyControl(inconclusive, outcome)).toBe(inconclusive);
    }
  });
});
