import net from 'node:net';
import { once } from 'node:events';
import type { StoreAddress } from '../../core/context.js';
import type { Footprint, HeldStep, StepAnswer, StepWire } from '../../core/step.js';
import { Admin } from '../../stores/postgres/admin.js';
import type { Answer } from './answers.js';
import { Connection } from './connection.js';
import { readCatalogue } from './catalogue.js';
import { dependent } from './dependence.js';
import {
  type Locks,
  locksConflict,
  NO_LOCKS,
  type PostgresFootprint,
  unknownFootprint,
} from './footprint.js';
import { type Asked, askedOf, labelOf } from './labels.js';
import type { Isolation } from './effects.js';
import { type Known, type OwnFootprint, SessionFootprints } from './session-footprints.js';
import { loadParser } from './sql-parser.js';
import { levelNamed } from './statement-effects.js';
import type { Request } from './requests.js';
import { openServerEnd } from './server-end.js';
import { waitingFor } from './waiting.js';

/** One connection with what the wire keeps of it. */
interface Line {
  readonly client: number;
  readonly number: number;
  readonly connection: Connection;
  readonly footprints: SessionFootprints;
  /** At the gate or on its way. */
  asked: readonly Asked[];
  /** On its way: what it asks for. */
  asks: Locks;
  released: ((answer: StepAnswer) => void) | undefined;
}

/** Stands between the clients of a PostgreSQL and its server. The address is that of the server, in the run's namespace. */
export class PostgresWire implements StepWire {
  readonly deadlockVictim = 'server';
  readonly #admin: Admin;
  readonly #ports = new Map<number, Promise<net.Server>>();
  readonly #lines = new Set<Line>();
  #opened = new Map<number, number>();
  #isHolding = false;
  readonly #known: Known = { catalogue: undefined };
  /** Since no SERIALIZABLE transaction was open, one has committed. */
  #isContested = false;
  #onHeld: (step: HeldStep) => void = () => undefined;
  #onLost: (client: number, reason: string) => void = () => undefined;

  constructor(private readonly address: StoreAddress) {
    this.#admin = new Admin(address);
  }

  async addressOf(client: number): Promise<StoreAddress> {
    let server = this.#ports.get(client);
    if (server === undefined) this.#ports.set(client, (server = this.#listen(client)));
    const { port } = (await server).address() as net.AddressInfo;
    return { ...this.address, host: '127.0.0.1', port, tls: 'off' };
  }

  async learn(): Promise<void> {
    const [catalogue] = await Promise.all([readCatalogue(this.#admin), loadParser()]);
    this.#known.catalogue = catalogue;
    for (const line of this.#lines) line.footprints.learned(this.#isolationOf(line.connection));
  }

  hold(on: boolean): void {
    this.#isHolding = on;
    if (!on) for (const { connection } of this.#lines) connection.release();
  }

  onHeld(listener: (step: HeldStep) => void): void {
    this.#onHeld = listener;
  }

  onLost(listener: (client: number, reason: string) => void): void {
    this.#onLost = listener;
  }

  async blocked(clients: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
    const lines = [...this.#lines].filter(({ client, connection }) => {
      return clients.includes(client) && connection.isReady;
    });
    const clientOf = new Map(lines.map(({ client, connection }) => [connection.state.processId, client]));
    const waiting = await waitingFor(this.#admin, [...clientOf.keys()]);
    const found = new Map<number, number[]>();
    for (const [pid, blockers] of waiting) {
      const client = clientOf.get(pid);
      if (client === undefined) continue;
      const before = found.get(client) ?? [];
      found.set(client, [...before, ...blockers.map((blocker) => clientOf.get(blocker) ?? -1)]);
    }
    return found;
  }

  dependent(one: Footprint, other: Footprint): boolean {
    return dependent(one as PostgresFootprint, other as PostgresFootprint);
  }

  chooseVictim(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    this.#admin.destroy();
    for (const { connection } of this.#lines) connection.destroy();
    const servers = await Promise.all(this.#ports.values());
    this.#ports.clear();
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  }

  async #listen(client: number): Promise<net.Server> {
    const server = net.createServer({ noDelay: true, allowHalfOpen: false }, (socket) =>
      this.#accept(client, socket),
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return server;
  }

  #accept(client: number, socket: net.Socket): void {
    const number = this.#opened.get(client) ?? 0;
    this.#opened.set(client, number + 1);
    const footprints = new SessionFootprints(this.#known);
    const connection = new Connection(
      socket,
      { open: () => openServerEnd(this.address), startup: ({ bytes }) => bytes },
      {
        ready: () => {
          if (this.#known.catalogue !== undefined) footprints.learned(this.#isolationOf(connection));
        },
        arrived: (request) => this.#arrived(line, request),
        answered: (request, answer) => this.#answered(line, request, answer),
        closed: (reason) => {
          this.#lines.delete(line);
          if (reason !== undefined) this.#onLost(client, reason);
        },
      },
    );
    const line: Line = {
      client,
      number,
      connection,
      footprints,
      asked: [],
      asks: NO_LOCKS,
      released: undefined,
    };
    this.#lines.add(line);
  }

  /** Of a session that set none. One that chose its own at its start says so in more ways than are read here. */
  #isolationOf({ startup }: Connection): Isolation {
    const isOwn = [...startup].some(([name, value]) => /isolation/.test(`${name} ${value}`));
    return isOwn ? 'unknown' : levelNamed(this.#known.catalogue?.defaultIsolation ?? '');
  }

  #arrived(line: Line, request: Request): void {
    const { client, number, connection, footprints } = line;
    line.asked = askedOf(request, connection.state);
    const footprint = () => this.#seen(line, footprints.before(request, line.asked));
    const release = () => {
      line.asks = footprints.before(request, line.asked).asks;
      connection.release();
    };
    if (!this.#isHolding) return connection.release();
    const { asked } = line;
    this.#onHeld({
      client,
      connection: number,
      label: labelOf(request, asked),
      get footprint() {
        return footprint();
      },
      release: () =>
        new Promise((resolve) => {
          line.released = resolve;
          release();
        }),
    });
  }

  #answered(line: Line, request: Request, answer: Answer | undefined): void {
    const { released, connection, footprints, asked } = line;
    const { status } = connection.state;
    line.released = undefined;
    line.asks = NO_LOCKS;
    const outcome = { failed: answer?.errorCode !== undefined || answer === undefined, status };
    const footprint = this.#seen(line, footprints.after(request, asked, outcome, answer?.tags ?? []));
    this.#watch(footprint);
    if (released === undefined) return;
    if (answer === undefined) return released(LOST);
    const { label, errorCode, content, digest } = answer;
    released({
      label,
      ...(errorCode !== undefined && { errorCode }),
      status,
      content,
      digest,
      footprint,
    });
  }

  /** Adds what only the sight of all sessions tells. */
  #seen(line: Line, footprint: OwnFootprint): PostgresFootprint {
    const others = [...this.#lines].filter((other) => other !== line);
    const { watched } = footprint;
    return {
      ...footprint,
      contends: others.some(
        ({ footprints, asks }) =>
          locksConflict(footprint.asks, footprints.holds) || locksConflict(footprint.asks, asks),
      ),
      ...(watched !== undefined && {
        watched: {
          ...watched,
          isContested: this.#isContested || line.footprints.view.isolation === 'unknown',
        },
      }),
    };
  }

  #watch({ watched }: PostgresFootprint): void {
    if (watched?.ends && watched.writes.length > 0) this.#isContested = true;
    const isOpen = ({ footprints: { view } }: Line) =>
      view.open !== 'no' && view.hasSnapshot && view.isolation !== 'read committed';
    if (![...this.#lines].some(isOpen)) this.#isContested = false;
  }
}

const LOST: StepAnswer = {
  label: 'connection lost',
  content: ['connection lost'],
  digest: 'connection lost',
  footprint: unknownFootprint('the connection was lost'),
  ended: 'connection-lost',
};
