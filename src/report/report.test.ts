import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Judgement } from '../core/verdict.js';
import { fixtures, gateHolds } from './report.fixture.js';
import { reportSchema, type JudgedTarget } from './report.js';

describe('the definition of a report', () => {
  it('takes every judgement as it is', () => {
    type Asked = Omit<JudgedTarget, 'outcome' | 'id' | 'role' | 'summary'>;
    expectTypeOf<Judgement>().toExtend<Asked>();
    // Nor has it numbers of its own that a judgement does not have.
    expectTypeOf<Exclude<keyof Asked, keyof Judgement>>().toEqualTypeOf<
      'file' | 'exec' | 'expectation' | 'met' | 'unseen' | 'control' | 'load' | 'history'
    >();
    expectTypeOf<Exclude<keyof Judgement, keyof Asked>>().toEqualTypeOf<never>();
  });

  it.each(Object.entries(fixtures))('takes the report %s, and loses nothing of it', (_name, report) => {
    expect(reportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  });

  it('lets a later field through, and refuses a target whose outcome it does not know', () => {
    expect(reportSchema.safeParse({ ...gateHolds, later: 1 }).success).toBe(true);
    const strange = { ...gateHolds, targets: [{ ...gateHolds.targets[0], outcome: 'guessed' }] };
    expect(reportSchema.safeParse(strange).success).toBe(false);
  });

  it('refuses another version of the format', () => {
    expect(reportSchema.safeParse({ ...gateHolds, schema: 2 }).success).toBe(false);
  });
});
