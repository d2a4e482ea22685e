import type { ClientContext, TargetContext } from '../../../src/core/context.js';
import type { OpenTarget, Target } from '../../../src/core/target.js';
import { connectPostgres, type Session } from '../../../src/stores/postgres/connect.js';
import type {
  SeatOutcome,
  SeatRequest,
  Seats,
  SeatsFinal,
  SeatsInitial,
  Trip,
} from '../../../scenarios/seats/contract.js';
import { tripOf } from '../booking.js';

/** One way to book seats on PostgreSQL. A lock of a session ends with the session, so a dead client leaves none. */
export interface SeatStrategy extends Pick<
  Target<Seats>,
  'summary' | 'prevents' | 'costs' | 'source' | 'expectations'
> {
  /** The file's name. */
  readonly strategy: string;
  readonly bookSeat: (session: Session, request: SeatRequest, context: ClientContext) => Promise<SeatOutcome>;
}

/** Nothing in here decides a race: no CHECK, UNIQUE or EXCLUDE beyond ids, and no foreign key, since that takes locks. */
const TABLES = `
  create table trip (id int primary key, name text not null, seats int not null);
  create table booking
    (id int generated always as identity primary key, student int not null, trip int not null, seats int not null);`;

/** A target from a strategy: its set-up, reset, reads and clients. */
export function seatsOnPostgres({ strategy, bookSeat, ...about }: SeatStrategy): Target<Seats> {
  return {
    contract: 'seats',
    id: `postgres/${strategy}`,
    ...about,
    open: (context) => openSeats(bookSeat, context),
  };
}

async function openSeats(
  bookSeat: SeatStrategy['bookSeat'],
  context: TargetContext,
): Promise<OpenTarget<Seats>> {
  const session = await connectPostgres(context);
  return {
    setup: async () => {
      await session.query(TABLES);
    },
    reset: async ({ trips }) => {
      await session.query(`delete from trip; delete from booking; ${insertOf(session, trips)}`);
    },
    read: () => readFinal(session),
    client: async (clientContext) => {
      const own = await connectPostgres(clientContext);
      // Into the server process's caches, so that the first trial is like the others.
      await own.query('select from trip, booking limit 0');
      return {
        bookSeat: (request) => bookSeat(own, request, clientContext),
        close: () => own.end(),
      };
    },
    close: () => session.end(),
  };
}

function insertOf(session: Session, trips: SeatsInitial['trips']): string {
  const rows = session.escapeLiteral(JSON.stringify(trips));
  return `insert into trip (id, name, seats)
    select id, name, seats from json_to_recordset(${rows}) as initial (id int, name text, seats int)`;
}

/** The final state, in one round trip: several statements of the simple protocol answer with several results. */
async function readFinal(session: Session): Promise<SeatsFinal> {
  const results: unknown = await session.query(
    'select id, seats from trip order by id; select student, trip, seats from booking order by id',
  );
  const [trips, bookings] = results as readonly [
    { readonly rows: SeatsFinal['trips'] },
    { readonly rows: SeatsFinal['bookings'] },
  ];
  return { trips: trips.rows, bookings: bookings.rows };
}

/** The seats that are free, as one statement sees them; `locking` is what stands behind its WHERE. */
export async function readSeats(
  session: Session,
  context: ClientContext,
  id: number,
  locking = '',
): Promise<number> {
  const { rows } = await session.query<Trip>(`select id, name, seats from trip where id = $1 ${locking}`, [
    id,
  ]);
  const { seats } = tripOf(rows, id);
  context.note('read', { trip: id, seats });
  return seats;
}

export async function storeBooking(session: Session, { student, trip, seats }: SeatRequest): Promise<void> {
  await session.query('insert into booking (student, trip, seats) values ($1, $2, $3)', [
    student,
    trip,
    seats,
  ]);
}
