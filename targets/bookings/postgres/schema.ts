import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectPostgres, type Session } from '../../../src/stores/postgres/connect.js';
import type {
  BookInput,
  Booking,
  Bookings,
  BookOutcome,
  LeftLock,
} from '../../../scenarios/bookings/contract.js';
import { endOf } from '../../../scenarios/bookings/times.js';

/** One way to book on PostgreSQL: what its file adds to the tables that all of them share. */
export interface BookingStrategy extends Pick<
  Target<Bookings>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  /** One statement that changes the shared tables: a constraint. */
  readonly alter?: string;
  book(session: Session, input: BookInput, context: ClientContext): Promise<BookOutcome>;
  /** Locks of its own that are left in the end. Default: none, for those of rows and transactions end with their transaction. */
  locksLeft?(session: Session): Promise<LeftLock[]>;
}

/**
 * Nothing in here decides a race: no CHECK, UNIQUE or EXCLUDE beyond ids, and no foreign key, since that takes locks. The index
 * only finds.
 */
const TABLES = `
  create table dining_table (restaurant int not null, id int not null, primary key (restaurant, id));
  create table booking (id int generated always as identity primary key, restaurant int not null,
    dining_table int not null, starts timestamp not null, ends timestamp not null, guests int not null);
  create index on booking (restaurant, dining_table, starts);`;

/** A target from a strategy: its set-up, reset, reads and clients. */
export function bookingsOnPostgres(strategy: BookingStrategy): Target<Bookings> {
  const { summary, prevents, costs, source, expectations } = strategy;
  return {
    contract: 'bookings',
    id: `postgres/${strategy.strategy}`,
    ...{ summary, prevents, costs, source, expectations },
    open: (context) => openBookings(strategy, context),
  };
}

async function openBookings(
  strategy: BookingStrategy,
  context: TargetContext,
): Promise<OpenTarget<Bookings>> {
  const session = await connectPostgres(context);
  return {
    setup: async () => {
      await session.query(`${TABLES} ${strategy.alter ?? ''}`);
    },
    reset: async ({ tables, bookings }) => {
      // DELETE, not TRUNCATE: on tables this small it takes a quarter of the time.
      await session.query('delete from dining_table; delete from booking');
      for (const { restaurant, table } of tables) {
        await session.query('insert into dining_table (restaurant, id) values ($1, $2)', [restaurant, table]);
      }
      for (const { restaurant, table, date, start, end, guests } of bookings) {
        await session.query(
          `insert into booking (restaurant, dining_table, starts, ends, guests)
            values ($1, $2, $3::date + $4::time, $3::date + $5::interval, $6)`,
          [restaurant, table, date, start, end, guests],
        );
      }
    },
    read: async () => ({
      bookings: await readBookings(session),
      locks: (await strategy.locksLeft?.(session)) ?? [],
    }),
    client: async (clientContext) => {
      const own = await connectPostgres(clientContext);
      // Into the server process's caches, so that the first trial is like the others.
      await own.query('select from dining_table, booking limit 0');
      return { book: (input) => strategy.book(own, input, clientContext), close: () => own.end() };
    },
    close: () => session.end(),
  };
}

async function readBookings(session: Session): Promise<Booking[]> {
  const { rows } = await session.query<Omit<Booking, 'end'> & { minutes: number }>(
    `select restaurant, dining_table as table, to_char(starts, 'YYYY-MM-DD') as date,
      to_char(starts, 'HH24:MI') as start, (extract(epoch from ends - starts) / 60)::int as minutes, guests
    from booking order by restaurant, dining_table, starts, id`,
  );
  return rows.map(({ minutes, ...booking }) => ({ ...booking, end: endOf(booking.start, minutes) }));
}
