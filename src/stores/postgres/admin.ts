import net from 'node:net';
import type { StoreAddress } from '../../core/context.js';
import { answerInTime, NoAnswer } from '../answer-in-time.js';
import { openSession, type Session } from './session.js';

/** Some statements of ours wait for locks that others hold. */
const STATEMENT_MS = 30_000;

/**
 * The store's own session, beside those of the clients: one statement at a time, in the order asked for. Opened again when
 * it was lost: it sees to sessions and schemas, and nothing of a trial runs on it. A statement that is not answered within 30 s
 * rejects. Keeps the process alive only while one runs.
 */
export class Admin {
  #open: { readonly session: Session; readonly socket: net.Socket } | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `onOpen` runs on every session before anything else does. */
  constructor(
    private readonly address: StoreAddress,
    private readonly onOpen: (session: Session) => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Rows of one statement. A `name` makes it prepared. */
  query<Row extends object>(text: string, values: readonly unknown[] = [], name?: string): Promise<Row[]> {
    return this.#inTurn(async (session) => {
      const { rows } = await session.query<Row>({ text, values: [...values], ...(name && { name }) });
      return rows;
    });
  }

  /** What both ends say about the connection between them. */
  ends(): Promise<{
    readonly localPort: number;
    readonly remoteAddress: string;
    readonly backendPid: number;
  }> {
    return this.#inTurn((session, socket) => {
      const { processID } = session as Session & { readonly processID?: number };
      return Promise.resolve({
        localPort: socket.localPort ?? 0,
        remoteAddress: socket.remoteAddress ?? '',
        backendPid: processID ?? 0,
      });
    });
  }

  /** Asks over a session opened for that. */
  async ping(): Promise<void> {
    const socket = new net.Socket();
    try {
      const session = await openSession(this.address, () => socket);
      await session.query('select 1');
    } finally {
      socket.destroy();
    }
  }

  /** Ends it without a word; a later statement would open it again. */
  destroy(): void {
    this.#open?.socket.destroy();
    this.#open = undefined;
  }

  #inTurn<T>(work: (session: Session, socket: net.Socket) => Promise<T>): Promise<T> {
    const turn = this.#last.then(async () => {
      const { session, socket } = await this.#session();
      socket.ref();
      try {
        return await answerInTime('PostgreSQL', work(session, socket), STATEMENT_MS);
      } catch (error) {
        // What is asked next must not wait behind it.
        if (error instanceof NoAnswer) socket.destroy();
        throw error;
      } finally {
        socket.unref();
      }
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #session(): Promise<{ readonly session: Session; readonly socket: net.Socket }> {
    if (this.#open !== undefined && !this.#open.socket.destroyed) return this.#open;
    let socket!: net.Socket;
    const session = await openSession(this.address, () => (socket = new net.Socket()));
    try {
      await this.onOpen(session);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    this.#open = { session, socket };
    return this.#open;
  }
}
