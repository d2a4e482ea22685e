import { describe, expect, it } from 'vitest';
import type { Judgement } from '../core/verdict.js';
import { createJudge } from '../verdict/judge.js';
import { plan, trial } from '../verdict/trial-results.fixture.js';
import { withErrorMessages } from './error-messages.js';

function told(errorMessages: Readonly<Record<string, string>>, ok = 0): Judgement {
  const judge = createJudge(plan({ trials: 1 }));
  const errors = Object.fromEntries(Object.keys(errorMessages).map((code, place) => [code, place + 1]));
  judge.add(trial({ operations: { ok, fail: 1, info: 1 }, errors, errorMessages }));
  return withErrorMessages(judge.judgement());
}

describe('what errors said', () => {
  it('is a reason where nothing was answered, the commonest code first', () => {
    expect(told({ EPIPE: 'write EPIPE', Error: 'kaputt' }).reasons.slice(-2)).toEqual([
      'the first Error said: kaputt',
      'the first EPIPE said: write EPIPE',
    ]);
    expect(told({ Error: 'kaputt' }, 2).reasons).toEqual([]);
    expect(told({ Error: 'kaputt' }, 2).errorMessages).toEqual({ Error: 'kaputt' });
  });

  it('is one short line, and a secret that the cut would have halved is not in it', () => {
    const long = `${'x'.repeat(180)} at\npostgres://me:secret-and-long@localhost/db ${'y'.repeat(100)}`;
    const { Error: line = '' } = told({ Error: long }).errorMessages;
    expect(line).toMatch(/^x{180} at postgres:\/\/me:\*\*/);
    expect(line).toHaveLength(201);
    expect(line).not.toContain('secret');
  });
});
