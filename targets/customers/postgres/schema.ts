import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectPostgres, type Session } from '../../../src/stores/postgres/connect.js';
import type {
  Customer,
  CustomerInput,
  CustomerOutcome,
  Customers,
  CustomersFinal,
} from '../../../scenarios/customers/contract.js';
import type { NumberSource } from './number-sources.js';

/** One way to create customers on PostgreSQL: what its file adds to the table that all of them share. */
export interface CustomersStrategy extends Pick<
  Target<Customers>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** Where it counts; without one it looks at the customers themselves. */
  readonly numbers?: NumberSource;
  /** One statement that changes the shared table: a constraint. */
  readonly alter?: string;
  readonly create: (
    session: Session,
    input: CustomerInput,
    context: ClientContext,
  ) => Promise<CustomerOutcome>;
}

/**
 * Nothing in here decides a race: no UNIQUE beyond ids, neither on the number nor on the phone. The CHECK is about one row
 * alone: it rejects a customer without a name, whenever it comes.
 */
const TABLE = `create table customer (
  id int generated always as identity primary key,
  number text not null,
  name text not null check (name <> ''),
  phone text not null
);`;

/** A target from a strategy: its set-up, reset, reads and clients. */
export function customersOnPostgres(strategy: CustomersStrategy): Target<Customers> {
  const { summary, prevents, costs, source, expectations } = strategy;
  return {
    contract: 'customers',
    id: `postgres/${strategy.strategy}`,
    summary,
    prevents,
    costs,
    source,
    expectations,
    open: (context) => openCustomers(strategy, context),
  };
}

async function openCustomers(
  { numbers, alter, create }: CustomersStrategy,
  context: TargetContext,
): Promise<OpenTarget<Customers>> {
  const session = await connectPostgres(context);
  return {
    setup: async () => {
      await session.query(`${TABLE} ${numbers?.setup ?? ''}; ${alter ?? ''}`);
    },
    reset: async ({ counter, customers }) => {
      const rows = session.escapeLiteral(JSON.stringify(customers));
      await session.query(
        `delete from customer;
        insert into customer (number, name, phone)
          select number, name, phone from json_to_recordset(${rows}) as initial (number text, name text, phone text);
        ${numbers?.startAt(counter) ?? ''}`,
      );
    },
    read: () => readFinal(session, numbers),
    client: async (clientContext) => {
      const own = await connectPostgres(clientContext);
      // The table in the server process's caches, so that the first trial is like the others.
      await own.query(`select from customer limit 0; ${numbers?.last ?? ''}`);
      return { create: (input) => create(own, input, clientContext), close: () => own.end() };
    },
    close: () => session.end(),
  };
}

async function readFinal(session: Session, numbers: NumberSource | undefined): Promise<CustomersFinal> {
  const { rows: customers } = await session.query<Customer>(
    'select number, name, phone from customer order by id',
  );
  if (numbers === undefined) return { counter: null, customers };
  const { rows } = await session.query<{ readonly value: number }>(numbers.last);
  return { counter: rows[0]?.value ?? null, customers };
}
