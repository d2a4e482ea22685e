import type { Duplex } from 'node:stream';
import type { StoreAddress, Traffic } from '../../core/context.js';
import type {
  DeadlockClock,
  Footprint,
  HeldStep,
  PassedStep,
  StepAnswer,
  StepWire,
  WireConnection,
} from '../../core/step.js';
import { Admin } from '../../stores/postgres/admin.js';
import { openPipe } from '../pipe.js';
import { AllSessions } from './all-sessions.js';
import type { Answer } from './answers.js';
import { Connection } from './connection.js';
import { readCatalogue } from './catalogue.js';
import { ClientPorts } from './client-ports.js';
import { circleTold, DEADLOCK } from './deadlock-victim.js';
import { type Line, newLine } from './line.js';
import {
  changesNothing,
  NO_LOCKS,
  type PostgresFootprint,
  touchesAnything,
  unknownFootprint,
} from './footprint.js';
import { askedOf, labelOf } from './labels.js';
import type { Isolation } from './effects.js';
import { type Known, SessionFootprints } from './session-footprints.js';
import { loadParser } from './sql-parser.js';
import { levelNamed } from './statement-effects.js';
import type { Request } from './requests.js';
import { openServerEnd } from './server-end.js';
import { VictimChoice } from './victim-choice.js';
import { waitingFor } from './waiting.js';

/** Stands between the clients of a PostgreSQL and its server. The address is that of the server, in the run's namespace. */
export class PostgresWire implements StepWire {
  readonly #admin: Admin;
  readonly #ports = new ClientPorts((client, socket) => this.#accept(client, socket, () => undefined));
  readonly #victims: VictimChoice;
  readonly #lines = new Set<Line>();
  #opened = new Map<number, number>();
  #isHolding = false;
  readonly #known: Known = { catalogue: undefined };
  readonly #sessions = new AllSessions(this.#lines);
  #onHeld: (step: HeldStep) => void = () => undefined;
  #onPassed: (step: PassedStep) => void = () => undefined;
  #onLost: (client: number, reason: string) => void = () => undefined;
  #onWaiting: (client: number) => void = () => undefined;

  /** `leaveSettings`: sessions are what their clients make of them, and the server chooses victims. */
  constructor(
    private readonly address: StoreAddress,
    { leaveSettings = false }: { readonly leaveSettings?: boolean } = {},
  ) {
    this.#admin = new Admin(address);
    this.#victims = new VictimChoice(this.#admin, leaveSettings);
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
    this.#isHolding = on;
    if (on) {
      this.#numberAnew();
      this.#sessions.begin();
      for (const { footprints } of this.#lines) footprints.begin();
    }
    if (!on) for (const line of this.#lines) line.connection.release(this.#victims.settingBefore(line));
  }

  onHeld(listener: (step: HeldStep) => void): void {
    this.#onHeld = listener;
  }

  onPassed(listener: (step: PassedStep) => void): void {
    this.#onPassed = listener;
  }

  onLost(listener: (client: number, reason: string) => void): void {
    this.#onLost = listener;
  }

  onWaiting(listener: (client: number) => void): void {
    this.#onWaiting = listener;
  }

  async blocked(clients: readonly number[]): Promise<ReadonlyMap<number, readonly number[]>> {
    const ready = [...this.#lines].filter(
      ({ client, connection }) => clients.includes(client) && connection.isReady,
    );
    if (!ready.some(({ isOnItsWay }) => isOnItsWay)) return new Map();
    const lineOf = new Map(ready.map((line) => [line.connection.state.processId, line]));
    const waiting = await waitingFor(this.#admin, [...lineOf.keys()]);
    const found = new Map<number, number[]>();
    for (const [pid, { blockers, sinceMs }] of waiting) {
      const line = lineOf.get(pid);
      if (line === undefined || !line.isOnItsWay) continue;
      // Not before it has looked for a deadlock: until then it may still find the circle that somebody else closes.
      if (line.tellsWaits && !line.waits && sinceMs !== undefined && sinceMs < TOLD_BY_THEN_MS) continue;
      const others = blockers.flatMap((blocker) => lineOf.get(blocker)?.client ?? []);
      found.set(line.client, [...(found.get(line.client) ?? []), ...others]);
    }
    return found;
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

  /** Sessions are known by their numbers: whatever became of those before, they are the same in each schedule. */
  #numberAnew(): void {
    this.#opened = new Map();
    for (const line of this.#lines) if (line.connection.hasClient) line.number = this.#nextOf(line.client);
  }

  #nextOf(client: number): number {
    const number = this.#opened.get(client) ?? 0;
    this.#opened.set(client, number + 1);
    return number;
  }

  /** `onConnected` is told once the server, or what stands before it, has let the session in. */
  #accept(client: number, socket: Duplex, onConnected: (localPort: number) => void): void {
    const number = this.#nextOf(client);
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
        arrived: (request) => this.#arrived(line, request),
        waits: (isWaiting) => {
          line.waits = isWaiting;
          if (isWaiting) this.#onWaiting(client);
        },
        answered: (request, answer) => this.#answered(line, request, answer),
        closed: (reason) => {
          this.#lines.delete(line);
          // When the server lets go of what such a session had is nobody's step.
          const isInTheMiddle = this.#isHolding && !line.hasLeft && footprints.left().touches !== 'nothing';
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

  #arrived(line: Line, request: Request): void {
    const { client, number, connection, footprints } = line;
    const asked = askedOf(request, connection.state);
    line.asked = asked;
    let asReleased: PostgresFootprint | undefined;
    const footprint = () => asReleased ?? this.#sessions.seen(line, footprints.before(request, asked));
    const release = () => {
      asReleased = footprint();
      line.asks = asReleased.asks;
      line.contended = asReleased.contends;
      line.isUnclear = asReleased.touches === 'unknown';
      this.#sessions.released(line, asReleased);
      line.isOnItsWay = true;
      connection.release(this.#victims.settingBefore(line));
    };
    const step = {
      client,
      get label() {
        return labelOf(request, asked);
      },
      get footprint() {
        return footprint();
      },
    };
    if (!this.#isHolding) {
      if (request.ends !== 'terminate') this.#onPassed(step);
      return connection.release(this.#victims.settingBefore(line));
    }
    this.#onHeld({
      client,
      connection: number,
      label: step.label,
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
    // Of a session that is over the server says nothing any more.
    const isOver = answer === undefined || request.ends === 'terminate';
    const status = isOver ? 'idle' : connection.state.status;
    line.hasLeft ||= request.ends === 'terminate';
    line.released = undefined;
    line.asks = NO_LOCKS;
    line.isUnclear = false;
    line.isOnItsWay = line.waits = false;
    // A ROLLBACK undoes it, or not, as it was.
    if (status === 'idle' && line.hasClockOfTransaction) {
      line.clock = undefined;
      line.hasClockOfTransaction = false;
    }
    const failed = answer?.errorCode !== undefined || answer === undefined;
    const outcome = { failed, status, lostRow: hasLostRow(answer) };
    const { sessionLocks } = footprints.view;
    const own = footprints.after(request, asked, outcome, answer ?? NO_ANSWER);
    this.#sessions.did(answer?.tags ?? []);
    const isSameSession = sessionLocks.length === footprints.view.sessionLocks.length;
    const seen = this.#sessions.seenAnswered(line, own);
    const footprint = {
      ...seen,
      // Whether another one was answered before it, or a moment later, is luck: both were let go by one step.
      contends: seen.contends || line.contended,
      changesNothing: isSameSession && changesNothing(own, failed),
    };
    if (released !== undefined) this.#sessions.learn(footprint);
    this.#sessions.answered(line, footprint, failed);
    if (released === undefined) return;
    if (answer === undefined) return released(LOST);
    const { label, errorCode, content, digest } = answer;
    const circle = this.#circleOf(answer);
    released({
      label,
      ...(circle.length > 0 && { circle }),
      ...(errorCode !== undefined && { errorCode }),
      status,
      content,
      digest,
      footprint,
    });
  }

  /** In ascending order. */
  #circleOf({ errorCode, errorDetail = '' }: Answer): readonly number[] {
    if (errorCode !== DEADLOCK) return [];
    const told = circleTold(errorDetail);
    const inIt = [...this.#lines].filter(({ connection }) => told.includes(connection.state.processId ?? 0));
    return [...new Set(inIt.map(({ client }) => client))].sort((one, other) => one - other);
  }
}

/** 40001 is what the watch over SERIALIZABLE transactions says, too. */
function hasLostRow(answer: Answer | undefined): boolean {
  return (
    answer?.errorCode === '40001' && answer.errorFile !== undefined && answer.errorFile !== 'predicate.c'
  );
}

/** A session that should have said that it waits, and did not, waits all the same. */
const TOLD_BY_THEN_MS = 100;

const LEFT_IN_THE_MIDDLE = 'the client closed the connection while its session held something';

const NO_ANSWER = { tags: [], content: [] };

const LOST: StepAnswer = {
  label: 'connection lost',
  content: ['connection lost'],
  digest: 'connection lost',
  footprint: unknownFootprint('the connection was lost'),
  ended: 'connection-lost',
};
