import type { ContractTypes } from '../core/contract.js';
import { EXPECTATIONS, type Expectation } from '../core/target.js';
import { baseUrlProblems } from '../stores/http/base-url.js';
import { controlProblems } from './control-problems.js';
import { partProblems } from './definition-parts.js';
import { MOST_HOLD_MS } from './hold.js';
import type { HttpTargetDefinition } from './define-http-target.js';
import { isPositive, isRecord, shown, type Unchecked } from './unchecked.js';

const STORES = ['postgres', 'mongodb', 'redis'];
const MEANINGS = ['outcome', 'not-happened', 'unclear'];

/** Everything that is wrong with a definition, one sentence each; none if nothing is. */
export function definitionProblems<C extends ContractTypes, Store extends 'postgres' | 'mongodb' | 'redis'>(
  definition: HttpTargetDefinition<C, Store>,
): readonly string[] {
  const given: Unchecked = definition;
  return [
    ...nameProblems(given),
    ...contractProblems(given),
    ...addressProblems(given),
    ...holdProblems(given),
    ...startProblems(given),
    ...phaseProblems(given),
    ...statusProblems(given),
    ...settleProblems(given),
    ...expectationProblems(given),
    ...controlProblems(given),
    ...partProblems(given),
  ];
}

function nameProblems({ name }: Unchecked): readonly string[] {
  if (typeof name === 'string' && /^[a-z0-9-]+$/.test(name)) return [];
  return [`name: expected small letters, digits and dashes, got ${shown(name)}`];
}

function contractProblems({ contract, operations }: Unchecked): readonly string[] {
  if (!isRecord(contract) || !isRecord(contract['operations'])) {
    return [`contract: expected a contract (see defineContract), got ${shown(contract)}`];
  }
  const wanted = Object.keys(contract['operations']);
  const given = isRecord(operations) ? operations : {};
  const missing = wanted.flatMap((f) => {
    const operation = given[f];
    if (!isRecord(operation))
      return [`operations.${f}: expected { request, outcome }, got ${shown(operation)}`];
    return ['request', 'outcome']
      .filter((part) => typeof operation[part] !== 'function')
      .map((part) => `operations.${f}.${part}: expected a function, got ${shown(operation[part])}`);
  });
  const unknown = Object.keys(given)
    .filter((f) => !wanted.includes(f))
    .map((f) => `operations.${f}: the contract has no such operation (it has: ${wanted.join(', ')})`);
  return [...missing, ...unknown];
}

function addressProblems({ baseUrl, start, stores }: Unchecked): readonly string[] {
  const named = Array.isArray(stores) ? stores : stores === undefined ? [] : [stores];
  const wrongStores = named
    .filter((store) => typeof store !== 'string' || !STORES.includes(store))
    .map((store) => `stores: expected some of ${STORES.join(', ')}, got ${shown(store)}`);
  if (typeof baseUrl === 'string') {
    return [...baseUrlProblems(baseUrl).map((problem) => `baseUrl: ${problem}`), ...wrongStores];
  }
  if (typeof baseUrl !== 'function') {
    return [`baseUrl: expected a URL such as http://127.0.0.1:3000, got ${shown(baseUrl)}`, ...wrongStores];
  }
  return start === undefined
    ? ['baseUrl: a port of our choice needs a command to give it to (start)', ...wrongStores]
    : wrongStores;
}

function holdProblems({ holdMs }: Unchecked): readonly string[] {
  if (holdMs === undefined || (isPositive(holdMs) && (holdMs as number) <= MOST_HOLD_MS)) return [];
  return [`holdMs: expected milliseconds above 0, at most ${MOST_HOLD_MS}, got ${shown(holdMs)}`];
}

function startProblems({ start }: Unchecked): readonly string[] {
  if (start === undefined) return [];
  if (!isRecord(start)) return [`start: expected { command }, got ${shown(start)}`];
  const { command, env, readyWhen } = start;
  const words: readonly unknown[] = Array.isArray(command) ? command : [command];
  const isCommand = words.length > 0 && words.every((word) => typeof word === 'string' && word.trim() !== '');
  return [
    ...(isCommand
      ? []
      : [`start.command: expected a command such as "node server.js", got ${shown(command)}`]),
    ...(env === undefined || typeof env === 'function' || isRecord(env)
      ? []
      : [`start.env: expected variables or a function that gives them, got ${shown(env)}`]),
    ...readyProblems(readyWhen),
  ];
}

function readyProblems(readyWhen: unknown): readonly string[] {
  if (readyWhen === undefined) return [];
  if (!isRecord(readyWhen))
    return [`start.readyWhen: expected { path } or { output }, got ${shown(readyWhen)}`];
  const { path, output, withinMs } = readyWhen;
  return [
    ...(path === undefined && output === undefined && withinMs === undefined
      ? ['start.readyWhen: expected a path, an output or a limit (withinMs)']
      : []),
    ...(path === undefined || (typeof path === 'string' && path.startsWith('/'))
      ? []
      : [`start.readyWhen.path: expected a path such as /health, got ${shown(path)}`]),
    ...(output === undefined || typeof output === 'string' || output instanceof RegExp
      ? []
      : [`start.readyWhen.output: expected a text or a regular expression, got ${shown(output)}`]),
    ...(withinMs === undefined || isPositive(withinMs)
      ? []
      : [`start.readyWhen.withinMs: expected milliseconds above 0, got ${shown(withinMs)}`]),
  ];
}

function phaseProblems({ setup, reset, state }: Unchecked): readonly string[] {
  const isRequest = (how: unknown) => isRecord(how) && typeof how['request'] === 'function';
  const isState = (how: unknown) =>
    isRecord(how) && isRecord(how['request']) && typeof how['final'] === 'function';
  return [
    ...(setup === undefined || typeof setup === 'function' || isRequest(setup)
      ? []
      : [`setup: expected { request: () => ... } or a function, got ${shown(setup)}`]),
    ...(typeof reset === 'function' || isRequest(reset)
      ? []
      : [`reset: expected { request: (initial) => ... } or a function, got ${shown(reset)}`]),
    ...(typeof state === 'function' || isState(state)
      ? []
      : [`state: expected { request: { path }, final: (answer) => ... } or a function, got ${shown(state)}`]),
  ];
}

function statusProblems({ statuses }: Unchecked): readonly string[] {
  if (statuses === undefined) return [];
  if (!isRecord(statuses)) return [`statuses: expected meanings by status, got ${shown(statuses)}`];
  return Object.entries(statuses).flatMap(([status, meaning]) => [
    ...(/^[1-5]\d\d$/.test(status) ? [] : [`statuses: expected a status from 100 to 599, got "${status}"`]),
    ...(MEANINGS.includes(meaning as string)
      ? []
      : [`statuses.${status}: expected one of ${MEANINGS.join(', ')}, got ${shown(meaning)}`]),
  ]);
}

function settleProblems({ settle }: Unchecked): readonly string[] {
  if (settle === undefined) return [];
  const isTime = isRecord(settle) && isPositive(settle['afterMs']);
  const isRequest = isRecord(settle) && isRecord(settle['request']);
  return isTime || isRequest
    ? []
    : [`settle: expected { afterMs } above 0 or { request: { path } }, got ${shown(settle)}`];
}

/** Which scenarios there are is not known here. */
function expectationProblems({ expectations }: Unchecked): readonly string[] {
  if (expectations === undefined) return [];
  if (!isRecord(expectations))
    return [`expectations: expected claims by scenario, got ${shown(expectations)}`];
  return Object.entries(expectations)
    .filter(([, claim]) => !EXPECTATIONS.includes(claim as Expectation))
    .map(
      ([scenario, claim]) =>
        `expectations.${scenario}: expected one of ${EXPECTATIONS.join(', ')}, got ${shown(claim)}`,
    );
}
