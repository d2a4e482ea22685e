import { expect, it } from 'vitest';
import type { Checker, Finding } from '../core/checker.js';
import type { ContractTypes } from '../core/contract.js';
import { toHistory } from './history.js';
import { runCheckers } from './run-checkers.js';

const history = toHistory({ initial: null, events: [], final: null, openTransactions: [] });
const finding: Finding = {
  anomaly: 'oversold',
  grade: 'violation',
  message: '',
  expected: '',
  observed: '',
  witness: [],
};

function checker(name: string, check: () => readonly Finding[]): Checker<ContractTypes> {
  return { name, anomalies: [], check };
}

it('keeps the findings of the others when a checker throws, and says which one threw', () => {
  const checked = runCheckers(
    [
      checker('first', () => [finding]),
      checker('second', () => {
        throw new Error('no such product');
      }),
      checker('third', () => [finding]),
    ],
    history,
  );
  expect(checked).toEqual({
    findings: [finding, finding],
    crashed: ['checker second crashed: no such product'],
  });
});

it('counts a checker that answers with something else than a list as crashed', () => {
  const promised = checker('later', (() => Promise.resolve([])) as never);
  expect(runCheckers([promised], history).crashed).toHaveLength(1);
});
