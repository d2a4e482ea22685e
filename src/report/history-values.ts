import type { Contract, ContractTypes, Schema } from '../core/contract.js';
import { MAX_PROBLEMS, type ReadHistory } from './history-reader.js';

/** What in a whole history does not fit its contract, one sentence each with its line; the first 20. */
export function contractProblems<C extends ContractTypes>(
  history: Extract<ReadHistory, { kind: 'ok' }>,
  contract: Contract<C>,
): readonly string[] {
  const of = history.header.contract;
  if (of !== contract.name) return [`it is of the contract "${of}", and the scenario of "${contract.name}"`];
  const problems: string[] = [];
  const check = (schema: Schema<unknown> | undefined, value: unknown, line: number, what: string) => {
    const result = schema?.safeParse(value);
    if (result === undefined || result.success) return;
    for (const { path, message } of result.error.issues) {
      problems.push(`line ${line}: ${[what, ...path].join('.')}: ${message}`);
    }
  };
  const operations: Readonly<Record<string, { input?: Schema<unknown>; output?: Schema<unknown> }>> =
    contract.operations;
  const names = Object.keys(operations).join(', ');

  check(contract.initial, history.header.initial, 1, 'initial');
  history.events.forEach((event, index) => {
    const line = history.eventLines[index] ?? 0;
    if (event.type === 'note') return;
    const operation = Object.hasOwn(operations, event.f) ? operations[event.f] : undefined;
    if (operation === undefined) {
      problems.push(
        `line ${line}: expected an operation of the contract ${contract.name} (${names}), came "${event.f}"`,
      );
    } else if (event.type === 'invoke') check(operation.input, event.value, line, 'value');
    else if (event.type === 'ok') check(operation.output, event.value, line, 'value');
  });
  check(contract.final, history.final, history.finalLine, 'value');

  if (problems.length <= MAX_PROBLEMS) return problems;
  return [...problems.slice(0, MAX_PROBLEMS), `and ${problems.length - MAX_PROBLEMS} more`];
}
