import { Client } from 'pg';
import type { StoreAddress } from '../../core/context.js';
import type { HeldStep, StepAnswer } from '../../core/step.js';
import { openReaper } from '../../process/reaper.js';
import { openPostgres } from '../../stores/postgres/server.js';
import { openSession, type Session } from '../../stores/postgres/session.js';
import net from 'node:net';
import { PostgresWire } from './wire.js';

/** A real server with a wire before it, and a session that goes around the wire. */
export interface WiredServer {
  readonly address: StoreAddress;
  readonly wire: PostgresWire;
  readonly direct: Session;
  /** What came to the gate and was not asked for yet. */
  readonly gate: Gate;
  readonly lost: { readonly client: number; readonly reason: string }[];
  connect(client: number): Promise<Client>;
  stop(): Promise<void>;
}

/** A port that leads to the server. */
export interface Way {
  readonly port: number;
  close(): void;
}

/** Held steps in the order in which they came. */
export class Gate {
  readonly #steps: HeldStep[] = [];
  #waiting: (() => void)[] = [];

  put(step: HeldStep): void {
    this.#steps.push(step);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  get size(): number {
    return this.#steps.length;
  }

  /** The next step of this client, when it comes. */
  async next(client: number): Promise<HeldStep> {
    for (;;) {
      const at = this.#steps.findIndex((step) => step.client === client);
      if (at >= 0) return this.#steps.splice(at, 1)[0]!;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async release(client: number): Promise<StepAnswer> {
    return (await this.next(client)).release();
  }
}

/** `through`: another way to the server than straight to its port. */
export async function openWiredServer(
  through?: (server: StoreAddress) => Promise<Way>,
): Promise<WiredServer> {
  const reaper = openReaper();
  const server = await openPostgres({
    url: undefined,
    allowRemote: false,
    runId: 'wire',
    connections: 12,
    reaper,
  });
  const { address } = await server.namespace();
  const way = await through?.(address);
  const wire = new PostgresWire({ ...address, ...(way && { host: '127.0.0.1', port: way.port }) });
  const direct = await openSession(address, () => new net.Socket());
  const gate = new Gate();
  const lost: { client: number; reason: string }[] = [];
  const clients: Client[] = [];
  wire.onHeld((step) => gate.put(step));
  wire.onLost((client, reason) => lost.push({ client, reason }));
  return {
    address,
    wire,
    direct,
    gate,
    lost,
    connect: async (client) => {
      const { host, port } = await wire.addressOf(client);
      const { user, password, database, namespace } = address;
      const connected = new Client({
        ...{ host, port, user, password, database },
        options: `-c search_path=${namespace}`,
      });
      connected.on('error', () => undefined);
      await connected.connect();
      clients.push(connected);
      return connected;
    },
    stop: async () => {
      wire.hold(false);
      await wire.close();
      way?.close();
      await direct.end();
      await server.stop();
      reaper.close();
    },
  };
}
