import type { DeadlockClock } from '../../core/step.js';
import type { Admin } from '../../stores/postgres/admin.js';
import {
  asksForMessages,
  clockStatement,
  inWords,
  mayChooseVictim,
  refusesSettings,
  SOON,
  STARTUP_SETTINGS,
} from './deadlock-victim.js';
import type { Message } from './frames.js';
import type { Line } from './line.js';
import { type StartupAsSent, type StartupPacket, withParameters } from './startup.js';

/** Sees to it that each session looks for a deadlock when it shall, where the role may say so. */
export class VictimChoice {
  #isOurs = false;
  #asked: Promise<void> | undefined;
  #isBehindPooler = false;
  /** By client; who is not in it looks at once. */
  readonly #clocks = new Map<number, DeadlockClock>();

  /** `leaveSettings`: sessions are what their clients make of them. */
  constructor(
    private readonly admin: Admin,
    private readonly leaveSettings: boolean,
  ) {}

  /** Who decides which client of a deadlock fails, as far as it was asked. */
  get madeBy(): 'scheduler' | 'server' {
    return this.#isOurs ? 'scheduler' : 'server';
  }

  /** What we add to the start of a session was refused, as poolers do. */
  get isBehindPooler(): boolean {
    return this.#isBehindPooler;
  }

  /** Asks the server whether it may be ours, once. */
  learn(): Promise<void> {
    this.#asked ??= this.#ask();
    return this.#asked;
  }

  async #ask(): Promise<void> {
    this.#isOurs = !this.leaveSettings && (await mayChooseVictim(this.admin));
  }

  setClock(client: number, clock: DeadlockClock): void {
    if (!this.#isOurs) throw new Error('The role may not set deadlock_timeout.');
    this.#clocks.set(client, clock);
  }

  /** What the server shall get of the client's start-up packet. */
  startup(line: Line, message: Message, packet: StartupPacket): StartupAsSent {
    const asks = packet.kind !== 'startup' || asksForMessages(packet.parameters);
    const hidesLog = this.#isOurs && !asks;
    line.hidesLog = line.tellsWaits = hidesLog;
    line.clock = hidesLog ? SOON : undefined;
    return { bytes: hidesLog ? withParameters(message, STARTUP_SETTINGS) : message.bytes, hidesLog };
  }

  /** Whether the server, or what stands before it, would take the start-up packet as the client has written it. */
  refused(error: ReadonlyMap<string, string>): boolean {
    if (!refusesSettings(error)) return false;
    this.#isOurs = false;
    this.#isBehindPooler = true;
    return true;
  }

  /** What has to be said before the step at the gate, so that its session looks when it should. */
  settingBefore(line: Line): string | undefined {
    if (!this.#isOurs) return undefined;
    const clock = inWords(this.#clocks.get(line.client) ?? 'at once');
    if (line.clock === clock || !line.connection.takesSetting) return undefined;
    line.clock = clock;
    line.tellsWaits = line.hidesLog && clock === SOON;
    line.hasClockOfTransaction = line.connection.state.status !== 'idle';
    return clockStatement(clock);
  }
}
