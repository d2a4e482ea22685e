import type { Duplex } from 'node:stream';
import type { StoreAddress, Traffic } from '../../core/context.js';
import type {
  DeadlockClock,
  Footprint,
  HeldStep,
  PassedStep,
  StepWire,
  WireConnection,
} from '../../core/step.js';
import { Admin } from '../../stores/postgres/admin.js';
import { openPipe } from '../pipe.js';
import { AllSessions } from './all-sessions.js';
import { Connection } from './connection.js';
import { readCatalogue } from './catalogue.js';
import { ClientPorts } from './client-ports.js';
import { blockedAmong } from './client-waits.js';
import type { Isolation } from './effects.js';
import { type PostgresFootprint, touchesAnything } from './footprint.js';
import { type Line, newLine } from './line.js';
import { LineSteps } from './line-steps.js';
import { SessionNumbers } from './session-numbers.js';
import { type Known, SessionFootprints } from './session-footprints.js';
import { loadParser } from './sql-parser.js';
import { levelNamed } from './statement-effects.js';
import { openServerEnd } from './server-end.js';
import { VictimChoice } from './victim-choice.js';

/** Stands between the clients of a PostgreSQL and its server. The address is that of the server, in the run's namespace. */
export class PostgresWire implements StepWire {
  readonly #admin: Admin;
  readonly #ports = new ClientPorts((client, socket) => this.#accept(client, socket, () => undefined));
  readonly #victims: VictimChoice;
  readonly #lines = new Set<Line>();
  readonly #numbers = new SessionNumbers();
  readonly #known: Known = { catalogue: undefined };
  readonly #sessions = new AllSessions(this.#lines);
  readonly #steps: LineSteps;
  #onLost: (client: number, reason: string) => void = () => undefined;
  #onWaiting: (client: number) => void = () => undefined;

  /** `leaveSettings`: sessions are what their clients make of them, and the server chooses victims. */
  constructor(
    private readonly address: StoreAddress,
    { leaveSettings = false }: { readonly leaveSettings?: boolean } = {},
  ) {
    this.#admin = new Admin(address);
    this.#victims = new VictimChoice(this.#admin, leaveSettings);
    this.#steps = new LineSteps({ lines: this.#lines, sessions: this.#sessions, victims: this.#victims });
  }

  async addressOf(client: number): Promise<StoreAddress> {
    return { ...this.address, host: '127.0.0.1', port: await this.#ports.portOf(client), tls: 'off' };
  }

  socket(client: number, traffic: Traffic): Duplex {
    const { driver, wire } = openPipe(traffic);
    this.#accept(client, wire, (localPort) => driver.connectedFrom(localPort));
    return driver;
  }

  async learn(): Promise<void> {
    const [catalogue] = await Promise.all([readCatalogue(this.#admin), loadParser(), this.#victims.learn()]);
    this.#known.catalogue = catalogue;
    for (const line of this.#lines) line.footprints.learned(this.#isolationOf(line.connection));
  }

  hold(on: boolean): void {
    this.#steps.areHeld = on;
    if (on) {
      this.#numbers.begin(this.#lines);
      this.#sessions.begin();
      for (const { footprints } of this.#lines) footprints.begin();
    }
    if (!on) for (const line of this.#lines) line.connection.release(this.#victims.settingBefore(line));
  }

  onHeld(listener: (step: HeldStep) => void): void {
    this.#steps.onHeld = listener;
  }

  onPassed(listener: (step: PassedStep) => void): void {
    this.#steps.onPassed = listener;
  }

  onLost(listener: (client: number, reason: string) => void): void {
    this.#onLost = listener;
  }

  onWaiting(listener: (client: number) => void): void {
    this.#onWaiting = listener;
  }

  blocked(clients: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
    return blockedAmong(
      [...this.#lines].filter(({ client }) => clients.includes(client)),
      this.#admin,
    );
  }

  dependent(one: Footprint, other: Footprint): boolean {
    return this.#sessions.dependent(one as PostgresFootprint, other as PostgresFootprint);
  }

  isNoticeable(footprint: Footprint): boolean {
    const own = footprint as PostgresFootprint;
    return own.touches === 'unknown' || touchesAnything({ ...own, begins: false });
  }

  get dependenceGrown(): number {
    return this.#sessions.grown;
  }

  get leftBehind(): string | undefined {
    return this.#sessions.prepared > 0
      ? 'a transaction was prepared (PREPARE TRANSACTION), and neither committed nor rolled back: it keeps its locks, and every other schedule would wait for it'
      : undefined;
  }

  get deadlockVictim(): 'scheduler' | 'server' {
    return this.#victims.madeBy;
  }

  setDeadlockClock(client: number, clock: DeadlockClock): void {
    this.#victims.setClock(client, clock);
  }

  connections(): readonly WireConnection[] {
    return [...this.#lines].flatMap(({ client, localPort, connection }) => {
      if (localPort === undefined || !connection.isReady) return [];
      const isOpen = connection.state.status !== 'idle';
      return [{ client, localPort, state: connection.isWorking ? 'working' : isOpen ? 'open' : 'idle' }];
    });
  }

  async leave(client: number): Promise<readonly Footprint[]> {
    const lines = [...this.#lines].filter((line) => line.client === client);
    const left = lines.map((line) => this.#sessions.seen(line, line.footprints.left()));
    for (const line of lines) line.hasLeft = true;
    this.#sessions.left(left);
    await Promise.all(lines.map(({ connection }) => connection.leave()));
    return left;
  }

  async close(): Promise<void> {
    this.#admin.destroy();
    for (const { connection } of this.#lines) connection.destroy();
    await this.#ports.close();
  }

  /** `onConnected` is told once the server, or what stands before it, has let the session in. */
  #accept(client: number, socket: Duplex, onConnected: (localPort: number) => void): void {
    const number = this.#numbers.next(client);
    const footprints = new SessionFootprints(this.#known);
    const connection = new Connection(
      socket,
      {
        open: async () => {
          await this.#victims.learn();
          const server = await openServerEnd(this.address);
          line.localPort = (server as { localPort?: number }).localPort;
          return server;
        },
        refused: (error) => this.#victims.refused(error),
        startup: (message, packet) => this.#victims.startup(line, message, packet),
      },
      {
        ready: () => {
          if (line.localPort !== undefined) onConnected(line.localPort);
          // What stands between may tell a process number of its own invention.
          if (this.#victims.isBehindPooler) void connection.learnProcessId().catch(() => undefined);
          if (this.#known.catalogue !== undefined) footprints.learned(this.#isolationOf(connection));
        },
        arrived: (request) => this.#steps.arrived(line, request),
        waits: (isWaiting) => {
          line.waits = isWaiting;
          if (isWaiting) this.#onWaiting(client);
        },
        answered: (request, answer) => this.#steps.answered(line, request, answer),
        closed: (reason) => {
          this.#lines.delete(line);
          // When the server lets go of what such a session had is nobody's step.
          const isInTheMiddle =
            this.#steps.areHeld && !line.hasLeft && footprints.left().touches !== 'nothing';
          const why = reason ?? (isInTheMiddle ? LEFT_IN_THE_MIDDLE : undefined);
          if (why !== undefined) this.#onLost(client, why);
        },
      },
    );
    const line = newLine(client, number, connection, footprints);
    this.#lines.add(line);
  }

  /** Of a session that set none. One that chose its own at its start says so in more ways than are read here. */
  #isolationOf({ startup }: Connection): Isolation {
    const isOwn = [...startup].some(([name, value]) => /isolation/.test(`${name} ${value}`));
    return isOwn ? 'unknown' : levelNamed(this.#known.catalogue?.defaultIsolation ?? '');
  }
}

const LEFT_IN_THE_MIDDLE = 'the client closed the connection while its session held something';
