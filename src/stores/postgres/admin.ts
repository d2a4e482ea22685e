import net from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { StoreAddress } from '../../core/context.js';
import { openSession, type Session } from './session.js';

const ANSWER_MS = 5_000;

/**
 * The store's own session, beside those of the clients: one statement at a time, in the order asked for. Opened again when
 * it was lost: it sees to sessions and schemas, and nothing of a trial runs on it. Keeps the process alive only while a
 * statement runs.
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

  /** Whether the server answers a statement of its own within 5 s. */
  async answers(): Promise<boolean> {
    const aborted = new AbortController();
    const tooLate = wait(ANSWER_MS, false, { signal: aborted.signal }).catch(() => false);
    const answer = this.query('select 1').then(
      () => true,
      () => false,
    );
    try {
      return await Promise.race([answer, tooLate]);
    } finally {
      aborted.abort();
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
        return await work(session, socket);
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
