import { Socket } from 'node:net';
import Cursor from 'pg-cursor';
import type { ClientContext } from '../core/context.js';
import type { Contract } from '../core/contract.js';
import type { Scenario } from '../core/scenario.js';
import type { Target } from '../core/target.js';
import { connectPostgres, type Session } from '../stores/postgres/connect.js';

/** Statements that clients send one after the other, whatever each is answered. */
export interface Script {
  /** Once. */
  readonly setup: string;
  /** Before each schedule. */
  readonly reset: string;
  readonly clients: readonly (readonly string[])[];
  /** One query for what is left. */
  readonly state: string;
  /** Clients connect to the address that they are told, and nobody is told of their connections. */
  readonly byAddress?: boolean;
}

type Scripted = {
  readonly operations: {
    readonly run: { readonly input: number; readonly output: readonly string[] };
  };
  readonly initial: null;
  readonly final: string;
};

const contract: Contract<Scripted> = {
  name: 'script',
  summary: 'Clients send statements.',
  operations: { run: { keys: () => ['everything'] } },
};

/** A scenario in which each client runs its part of a script. Nothing is right or wrong in it. */
export function scenarioOf({ clients }: Script): Scenario<Scripted> {
  return {
    name: 'script',
    contract,
    summary: 'Each client sends its statements.',
    describe: () => `${clients.length} clients`,
    source: 'none',
    parameters: { clients: { default: clients.length, min: 2, max: 4, describe: 'clients' } },
    initial: () => null,
    attempts: () => clients.map((_, client) => ({ f: 'run', input: client })),
    faults: () =>
      clients.flatMap((statements, client) =>
        statements.includes(DIE) ? [{ client, point: 'written', kind: 'crash' }] : [],
      ),
    checkers: [{ name: 'nothing', anomalies: [], check: () => [] }],
    tally: () => ({}),
    expected: () => ({}),
    controls: {},
    defaultTarget: 'postgres/script',
    small: {},
  };
}

/** The answers to a client are what its operation comes to: rows in the order of their coming, or the code of an error. */
export function targetOf({ setup, reset, clients, state, byAddress = false }: Script): Target<Scripted> {
  return {
    contract: 'script',
    id: 'postgres/script',
    ...{ summary: 'A script.', prevents: 'Nothing.', costs: 'Nothing.', source: 'none', expectations: {} },
    open: async (context) => {
      const session = await connectPostgres(context);
      return {
        setup: async () => void (await session.query(setup)),
        reset: async () => void (await session.query(reset)),
        read: async () => JSON.stringify((await session.query(state)).rows),
        client: async (clientContext) => {
          const connect = () => connectPostgres(byAddress ? uncounted(clientContext) : clientContext);
          let own = await connect();
          return {
            run: async (client) => {
              const said: string[] = [];
              for (const statement of clients[client]!) {
                if (statement === LEAVE) {
                  await own.end();
                  own = await connect();
                } else if (statement === DIE) await clientContext.point('written');
                else if (statement === DRAW) said.push(String(context.random()));
                else said.push(await answerTo(own, statement));
              }
              return said;
            },
            close: () => own.end(),
          };
        },
        close: () => session.end(),
      };
    },
  };
}

function uncounted(context: ClientContext): ClientContext {
  return { ...context, address: (store) => context.address(store), socket: () => new Socket() };
}

/** In place of a statement: the client's session ends, and it begins another one. */
export const LEAVE = '\\c';
/** In place of the last statement: the client dies. */
export const DIE = '\\q';
/** In place of a statement: a random number, of those that all clients draw from. */
export const DRAW = '\\r';
/** A statement that is bound in one request, and its rows fetched in the next. */
export const fetched = (sql: string): string => `${FETCH}${sql}`;
const FETCH = '\\f ';

async function answerTo(session: Session, statement: string): Promise<string> {
  try {
    if (statement.startsWith(FETCH)) {
      const cursor = session.query(new Cursor(statement.slice(FETCH.length)));
      const rows = await cursor.read(100);
      await cursor.close();
      return JSON.stringify(rows);
    }
    const { command, rowCount, rows } = await session.query({ text: statement, rowMode: 'array' });
    return JSON.stringify([command, rowCount, rows]);
  } catch (error) {
    return `error ${String((error as { readonly code?: string }).code)}`;
  }
}
