import type { ApiStart } from '../core/api.js';
import type { ContractTypes } from '../core/contract.js';
import type { HttpTargetDefinition } from './define-http-target.js';
import { SYNCS } from './http-transport.js';

/** What a part must be, where it is there; `undefined` where another check says. For people. */
interface Kind {
  readonly expected: string;
  fits(value: unknown): boolean;
}
type Parts<T> = Readonly<Record<keyof Required<T>, Kind | undefined>>;

const TEXT: Kind = { expected: 'a text', fits: (value) => typeof value === 'string' };
const YES_OR_NO: Kind = { expected: 'true or false', fits: (value) => typeof value === 'boolean' };
const PATH: Kind = {
  expected: 'a path such as /health',
  fits: (value) => typeof value === 'string' && value.startsWith('/'),
};
const SYNC: Kind = {
  expected: `one of ${SYNCS.join(', ')}`,
  fits: (value) => (SYNCS as readonly unknown[]).includes(value),
};
const SIGNAL: Kind = {
  expected: 'a signal such as SIGTERM',
  fits: (value) => typeof value === 'string' && /^SIG[A-Z0-9]+$/.test(value),
};
const WAIT: Kind = {
  expected: 'milliseconds from 0 on',
  fits: (value) => typeof value === 'number' && value >= 0 && Number.isFinite(value),
};

const OF_TARGET: Parts<HttpTargetDefinition<ContractTypes>> = {
  ...{ contract: undefined, name: undefined, baseUrl: undefined, stores: undefined, start: undefined },
  ...{ setup: undefined, reset: undefined, operations: undefined, state: undefined, statuses: undefined },
  ...{ settle: undefined, control: undefined, holdMs: undefined, expectations: undefined },
  ...{ summary: TEXT, costs: TEXT, source: TEXT, prevents: undefined },
  ...{ insecure: YES_OR_NO, sync: SYNC, decoyPath: PATH },
};
const OF_START: Parts<ApiStart> = {
  ...{ command: undefined, env: undefined, readyWhen: undefined },
  ...{ title: TEXT, cwd: TEXT, stopSignal: SIGNAL, stopWithinMs: WAIT },
};
const OF_READY_WHEN: Parts<NonNullable<ApiStart['readyWhen']>> = {
  ...{ path: undefined, output: undefined, withinMs: undefined },
};

/** A definition may come from JavaScript, where nothing was checked: a mistyped part would silently mean nothing. */
export function partProblems(definition: object): readonly string[] {
  const { start } = definition as { readonly start?: unknown };
  const { readyWhen } = (start ?? {}) as { readonly readyWhen?: unknown };
  return [
    ...wrongParts('', definition, OF_TARGET),
    ...wrongParts('start.', start, OF_START),
    ...wrongParts('start.readyWhen.', readyWhen, OF_READY_WHEN),
  ];
}

function wrongParts<T>(within: string, value: unknown, parts: Parts<T>): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => {
    if (!Object.hasOwn(parts, name)) {
      return [`${within}${name}: expected one of ${Object.keys(parts).join(', ')}`];
    }
    const kind = parts[name as keyof T];
    if (part === undefined || kind === undefined || kind.fits(part)) return [];
    return [`${within}${name}: expected ${kind.expected}, got ${JSON.stringify(part) ?? typeof part}`];
  });
}
