import type { HistoryEvent } from '../core/history.js';
import { AT_REST } from '../stores/socket-watch.js';
import type { HostLink, OpenHost } from './host-link.js';
import type { HostConnection, SettleReply } from './protocol.js';

/** Of a host that names no trial: it is the one that is under way. */
const UNNAMED = -1;

/** One of the hosts of a fleet, its clients, and what it has told. */
export class FleetHost {
  /** What was open when it told last. */
  #connections: readonly HostConnection[] = [];

  private constructor(
    readonly link: HostLink,
    readonly clients: readonly number[],
    /** By trial. */
    private readonly told: Map<number, HistoryEvent[]>,
  ) {}

  static async open(openHost: OpenHost, clients: readonly number[]): Promise<FleetHost> {
    const told = new Map<number, HistoryEvent[]>();
    const link = await openHost((events, trial = UNNAMED) => {
      const known = told.get(trial);
      if (known === undefined) told.set(trial, [...events]);
      else known.push(...events);
    });
    return new FleetHost(link, clients, told);
  }

  /** What it told of a trial, and was not taken yet. */
  take(trial: number): readonly HistoryEvent[] {
    return [UNNAMED, trial].flatMap((key) => {
      const events = this.told.get(key) ?? [];
      this.told.delete(key);
      return events;
    });
  }

  /** Of whatever trial. */
  forgetTold(): void {
    this.told.clear();
  }

  /** What is open in it by this reply, which tells of it where it has changed. */
  connectionsAfter({
    connections,
    isClear = false,
  }: Pick<SettleReply, 'connections' | 'isClear'>): readonly HostConnection[] {
    this.#connections =
      connections ?? this.#connections.map((one) => (isClear ? { ...one, trace: AT_REST } : one));
    return this.#connections;
  }
}
