import type { HistoryEvent } from '../core/history.js';
import type { StepWire } from '../core/step.js';
import type { HostConnection } from '../engine/protocol.js';

/** A connection that stands at a store. */
export interface KnownConnection extends HostConnection {
  /** Nothing of it is at work, and no transaction is open. */
  readonly isAtRest: boolean;
}

/** As a host tells of those that its contexts opened: not of what a driver was given a plain address for. */
export function connectionsTold(hosts: readonly HostConnection[] = []): readonly KnownConnection[] {
  return hosts.map((one) => ({ ...one, isAtRest: !one.doubtful }));
}

/**
 * As the wires see them, without those that were told of: where clients live elsewhere these are all, since a host knows nothing of
 * what stands behind an API or a program. A client's process is the last of which `events` tell.
 */
export function connectionsSeen(
  wires: ReadonlyMap<string, StepWire>,
  events: readonly HistoryEvent[],
  told: readonly HostConnection[],
): readonly KnownConnection[] {
  const processes = new Map(events.map(({ client, process }) => [client, process]));
  return [...wires].flatMap(([store, wire]) =>
    wire
      .connections()
      .filter(({ localPort }) => !told.some((one) => one.store === store && one.localPort === localPort))
      .map(({ client, localPort, state }) => ({
        ...{ client, process: processes.get(client) ?? client, store, localPort },
        doubtful: state === 'working',
        isAtRest: state === 'idle',
      })),
  );
}
