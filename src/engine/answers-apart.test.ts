import { expect, it } from 'vitest';
import type { ContractTypes } from '../core/contract.js';
import type { Operation } from '../core/history.js';
import { answersApart } from './answers-apart.js';

function answered(client: number, completedNs: number, status = 'ok'): Operation<ContractTypes> {
  return { client, completedNs, status } as unknown as Operation<ContractTypes>;
}

it('is the mean from one answer to the next, whatever their order', () => {
  expect(answersApart([answered(0, 9e6), answered(1, 3e6), answered(2, 5e6)])).toEqual({
    answersApartNs: 3e6,
  });
});

it('is told of no trial in which a client made two attempts, somebody had no answer, or there is but one', () => {
  expect(answersApart([answered(0, 1), answered(0, 5)])).toEqual({});
  expect(answersApart([answered(0, 1), answered(1, Infinity, 'info')])).toEqual({});
  expect(answersApart([answered(0, 1)])).toEqual({});
});
