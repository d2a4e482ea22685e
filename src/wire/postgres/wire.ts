import net from 'node:net';
import { once } from 'node:events';
import type { StoreAddress } from '../../core/context.js';
import type { Footprint, HeldStep, StepAnswer, StepWire } from '../../core/step.js';
import { Admin } from '../../stores/postgres/admin.js';
import type { Answer } from './answers.js';
import { Connection } from './connection.js';
import { askedOf, labelOf } from './labels.js';
import type { Request } from './requests.js';
import { openServerEnd } from './server-end.js';
import { waitingFor } from './waiting.js';

/** One connection with what the wire keeps of it. */
interface Line {
  readonly client: number;
  readonly number: number;
  readonly connection: Connection;
  released: ((answer: StepAnswer) => void) | undefined;
}

const UNKNOWN: Footprint = { touches: 'unknown' };

/** Stands between the clients of a PostgreSQL and its server. The address is that of the server, in the run's namespace. */
export class PostgresWire implements StepWire {
  readonly deadlockVictim = 'server';
  readonly #admin: Admin;
  readonly #ports = new Map<number, Promise<net.Server>>();
  readonly #lines = new Set<Line>();
  #opened = new Map<number, number>();
  #isHolding = false;
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

  learn(): Promise<void> {
    return Promise.resolve();
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
    return one.touches !== 'nothing' && other.touches !== 'nothing';
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
    const connection = new Connection(
      socket,
      { open: () => openServerEnd(this.address), startup: ({ bytes }) => bytes },
      {
        arrived: (request) => this.#arrived(line, request),
        answered: (_, answer) => this.#answered(line, answer),
        closed: (reason) => {
          this.#lines.delete(line);
          if (reason !== undefined) this.#onLost(client, reason);
        },
      },
    );
    const line: Line = { client, number, connection, released: undefined };
    this.#lines.add(line);
  }

  #arrived(line: Line, request: Request): void {
    const { client, number, connection } = line;
    if (!this.#isHolding) return connection.release();
    const asked = askedOf(request, connection.state);
    this.#onHeld({
      client,
      connection: number,
      label: labelOf(request, asked),
      footprint: UNKNOWN,
      release: () =>
        new Promise((resolve) => {
          line.released = resolve;
          connection.release();
        }),
    });
  }

  #answered(line: Line, answer: Answer | undefined): void {
    const { released, connection } = line;
    line.released = undefined;
    if (released === undefined) return;
    if (answer === undefined) return released(LOST);
    const { label, errorCode, content, digest } = answer;
    released({
      label,
      ...(errorCode !== undefined && { errorCode }),
      status: connection.state.status,
      content,
      digest,
      footprint: UNKNOWN,
    });
  }
}

const LOST: StepAnswer = {
  label: 'connection lost',
  content: ['connection lost'],
  digest: 'connection lost',
  footprint: UNKNOWN,
  ended: 'connection-lost',
};
