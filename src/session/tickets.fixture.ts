import type { Checker } from '../core/checker.js';
import type { ClientContext } from '../core/context.js';
import type { Contract } from '../core/contract.js';
import type { Scenario } from '../core/scenario.js';
import type { OpenTarget, Target } from '../core/target.js';

/** The smallest contract that can race: everybody draws a number, and no two may get the same. */
export type Tickets = {
  readonly operations: {
    readonly draw: { readonly input: { readonly by: number }; readonly output: number };
  };
  readonly initial: { readonly next: number };
  readonly final: { readonly next: number };
};

export const tickets: Contract<Tickets> = {
  name: 'tickets',
  summary: 'Everybody draws a number.',
  operations: {
    draw: {
      keys: () => ['the counter'],
      output: {
        safeParse: (value) =>
          typeof value === 'number'
            ? { success: true, data: value }
            : { success: false, error: { issues: [{ path: [], message: 'expected a number' }] } },
      },
    },
  },
};

const unique: Checker<Tickets> = {
  name: 'unique numbers',
  anomalies: ['duplicate-number'],
  check: ({ operations }) => {
    const seen = new Map<number, number>();
    return operations.flatMap((operation) => {
      if (operation.status !== 'ok') return [];
      const first = seen.get(operation.output);
      if (first === undefined) {
        seen.set(operation.output, operation.invokeIndex);
        return [];
      }
      return [
        {
          anomaly: 'duplicate-number',
          grade: 'violation' as const,
          message: `two clients drew ${operation.output}`,
          expected: 'different numbers',
          observed: `${operation.output} twice`,
          witness: [first, operation.invokeIndex],
        },
      ];
    });
  },
};

export const drawing: Scenario<Tickets, { readonly clients: number }> = {
  name: 'drawing',
  contract: tickets,
  summary: 'Everybody draws at once.',
  describe: ({ clients }) => `${clients} clients`,
  source: 'a test',
  parameters: { clients: { default: 5, min: 1, max: 1000, describe: 'clients' } },
  initial: () => ({ next: 1 }),
  attempts: ({ clients }) => Array.from({ length: clients }, (_, by) => ({ f: 'draw', input: { by } })),
  checkers: [unique],
  tally: ({ operations }) => ({ drawn: operations.filter(({ status }) => status === 'ok').length }),
  expected: ({ clients }) => ({ drawn: clients }),
  controls: { memory: { target: 'memory/naive', shows: ['duplicate-number'] } },
  defaultTarget: 'memory/naive',
  small: { clients: 2 },
};

export type Draw = (state: { next: number }, context: ClientContext, by: number) => Promise<number>;

/** A target in memory with this way to draw. */
export function drawer(
  strategy: string,
  draw: Draw,
  overrides: Partial<OpenTarget<Tickets>> = {},
): Target<Tickets> {
  return {
    contract: 'tickets',
    id: `memory/${strategy}`,
    summary: strategy,
    prevents: '',
    costs: '',
    source: 'a test',
    expectations: {},
    open: () => {
      const state = { next: 1 };
      return {
        setup: () => Promise.resolve(),
        reset: ({ next }) => {
          state.next = next;
          return Promise.resolve();
        },
        client: (context) =>
          Promise.resolve({
            draw: ({ by }) => draw(state, context, by),
            close: () => Promise.resolve(),
          }),
        read: () => Promise.resolve({ ...state }),
        close: () => Promise.resolve(),
        ...overrides,
      };
    },
  };
}

/** Reads, waits, writes: two that wait together draw the same. */
export const naive = drawer('naive', async (state, context) => {
  const number = state.next;
  await context.sleep(1);
  state.next = number + 1;
  return number;
});

/** One step without a wait between read and write, and a wait before, so that operations overlap. */
export const atomic = drawer('atomic', async (state, context) => {
  await context.sleep(1);
  return state.next++;
});
