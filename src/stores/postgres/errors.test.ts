import { describe, expect, it } from 'vitest';
import { NotHappened } from '../../core/context.js';
import { isProgrammingError, notHappened, sqlState } from './errors.js';

const failed = (code: string, cause?: Error) =>
  Object.assign(new Error(`error ${code}`, { cause }), { code });

describe('an SQLSTATE', () => {
  it('is found on the error and on what a query builder wrapped', () => {
    expect(sqlState(failed('40001'))).toBe('40001');
    expect(sqlState(new Error('Failed query', { cause: failed('23514') }))).toBe('23514');
  });

  it('is not taken from a system error of five letters, or from anything that is no error', () => {
    for (const error of [failed('EPIPE'), failed('ECONNRESET'), { code: '40001' }, '40001', undefined]) {
      expect(sqlState(error)).toBeUndefined();
    }
  });
});

describe('a programming error', () => {
  it.each(['42601', '42P01', '42703', '42501', '08P01', '3F000', '25001'])('is %s', (code) => {
    expect(isProgrammingError(failed(code))).toBe(true);
  });

  it.each(['40001', '40P01', '23505', '55P03', '57P01', '53300', '25P02', '22003', 'EPIPE'])(
    'is not %s',
    (code) => {
      expect(isProgrammingError(failed(code))).toBe(false);
    },
  );
});

describe('what certainly did not happen', () => {
  it.each(['40001', '40P01', '40002'])('is what the server aborted with %s', (code) => {
    const error = failed(code);
    const answer = notHappened(error);
    expect(answer).toBeInstanceOf(NotHappened);
    expect(answer).toMatchObject({ code, message: error.message, cause: error });
  });

  it.each(['40003', '23505', '57P01', '08006', 'ECONNRESET'])('is not proved by %s', (code) => {
    expect(notHappened(failed(code))).toBeUndefined();
  });
});
