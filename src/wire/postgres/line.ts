import type { StepAnswer } from '../../core/step.js';
import type { Connection } from './connection.js';
import { type Locks, NO_LOCKS, type Watched } from './footprint.js';
import type { Asked } from './labels.js';
import type { SessionFootprints } from './session-footprints.js';

/** One connection with what the wire keeps of it. */
export interface Line {
  readonly client: number;
  /** Of this client's connections in this schedule, from 0. */
  number: number;
  readonly connection: Connection;
  readonly footprints: SessionFootprints;
  /** Of its end at the server, once that stands. */
  localPort: number | undefined;
  /** Of the request at the gate or on its way. */
  asked: readonly Asked[];
  /** On its way: what it asks for. */
  asks: Locks;
  /** On its way: somebody else had, or asked for, what it asks for when it was released. */
  contended: boolean;
  /** On its way, and what it asks for is not known. */
  isUnclear: boolean;
  /** On its way: what the server watches of it, if it does. */
  watched: Watched | undefined;
  /** SERIALIZABLE transactions that have ended since steps are held. */
  watchedEnds: number;
  /** Its session was ended by its client in a step, or with it. */
  hasLeft: boolean;
  /** Released, and not answered. */
  isOnItsWay: boolean;
  released: ((answer: StepAnswer) => void) | undefined;
  /** Messages of the level LOG are kept from the client. */
  hidesLog: boolean;
  /** The server says when this session waits. */
  tellsWaits: boolean;
  /** It said so. */
  waits: boolean;
  /** Its `deadlock_timeout`, in words. Undefined: not known, since a transaction in which it was set is over. */
  clock: string | undefined;
  /** It was set in the transaction that is open. */
  hasClockOfTransaction: boolean;
}

export function newLine(
  client: number,
  number: number,
  connection: Connection,
  footprints: SessionFootprints,
): Line {
  return {
    ...{ client, number, connection, footprints },
    localPort: undefined,
    asked: [],
    asks: NO_LOCKS,
    contended: false,
    isUnclear: false,
    watched: undefined,
    watchedEnds: 0,
    hasLeft: false,
    isOnItsWay: false,
    released: undefined,
    hidesLog: false,
    tellsWaits: false,
    waits: false,
    clock: undefined,
    hasClockOfTransaction: false,
  };
}
