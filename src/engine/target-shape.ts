import type { Client, OpenTarget } from '../core/target.js';
import type { ContractTypes } from '../core/contract.js';

/** What `open()` gave, if it is a target. Throws a TypeError that says what it lacks. */
export function openTarget(given: OpenTarget<ContractTypes>): OpenTarget<ContractTypes> {
  demand('open()', given, ['setup', 'reset', 'client', 'read', 'close']);
  return given;
}

/** What `client()` gave, if it is a client: its operations are looked for when they are called. */
export function openClient(given: Client<ContractTypes>): Client<ContractTypes> {
  demand('client()', given, ['close']);
  return given;
}

function demand(what: string, given: unknown, names: readonly string[]): void {
  const parts = (given ?? {}) as Readonly<Record<string, unknown>>;
  const missing = names.filter((name) => typeof parts[name] !== 'function');
  if (missing.length === 0) return;
  const all = names.map((name) => `${name}()`).join(', ');
  throw new TypeError(
    `What this target's ${what} gave has no ${missing.map((name) => `${name}()`).join(', ')}${names.length > 1 ? `: expected ${all}` : ''}`,
  );
}
