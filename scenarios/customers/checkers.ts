import { numberCheckers } from '../../src/checkers/numbers/number-checkers.js';
import type { CreationFacts, NumberAccess, NumberingFacts } from '../../src/checkers/numbers/numbering.js';
import { openTransactions } from '../../src/checkers/open-transactions.js';
import type { History, Operation } from '../../src/core/history.js';
import type { Customer, Customers } from './contract.js';
import { customerNumber, sequenceOf } from './number.js';

/** What must hold after every scenario of this contract. */
export const customersCheckers = [...numberCheckers(numberingOf), openTransactions<Customers>()] as const;

/** Customers are a numbering: how their history is read as one. */
export function numberingOf({ initial, operations, final }: History<Customers>): NumberingFacts {
  return {
    startAt: initial.counter,
    initial: initial.customers.map(storedOf),
    attempts: operations.map(attemptOf),
    stored: final.customers.map(storedOf),
    counter: final.counter ?? undefined,
    label: customerNumber,
  };
}

function storedOf({ number, name, phone }: Customer): NumberingFacts['stored'][number] {
  return { number: sequenceOf(number), name, phone };
}

function attemptOf(operation: Operation<Customers>): CreationFacts {
  const { client, input, invokeIndex, completeIndex, invokedNs, completedNs } = operation;
  return {
    client,
    name: input.name,
    phone: input.phone,
    invalid: input.name === '',
    ...resultOf(operation),
    invokedNs,
    completedNs,
    accesses: accessesOf(operation),
    witness: completeIndex === undefined ? [invokeIndex] : [invokeIndex, completeIndex],
  };
}

function resultOf(operation: Operation<Customers>): Pick<CreationFacts, 'result' | 'number'> {
  if (operation.status !== 'ok') return { result: operation.status };
  const { output } = operation;
  if (output.result === 'rejected') return { result: 'rejected' };
  return { result: output.result, number: sequenceOf(output.number) };
}

function accessesOf(operation: Operation<Customers>): NumberAccess[] {
  return operation.notes.flatMap(({ kind, fields: { number }, index }) =>
    (kind === 'read' || kind === 'write') && typeof number === 'number' ? [{ kind, number, index }] : [],
  );
}
