import type { StoreAddress } from '../core/context.js';
import type { SpecServer } from '../explore/spec/spec-server.js';
import { openScriptSession, type ScriptSession } from '../stores/postgres/script-session.js';
import { PostgresWire } from '../wire/postgres/wire.js';

/** How long a session that is ended may take to be gone. */
const END_MS = 5_000;

const TEARDOWN_MS = 30_000;

/** A server as a spec sees it, and its end. */
export interface OpenSpecServer extends SpecServer {
  close(): Promise<void>;
}

/**
 * Sessions of a spec behind a wire, which lets every statement through and tells who waits, and one that sets up and tears
 * down beside it. The sessions' settings are left as they are: a spec sets its own, such as `deadlock_timeout`.
 */
export async function openSpecServer(address: StoreAddress, count: number): Promise<OpenSpecServer> {
  const wire = new PostgresWire(address, { leaveSettings: true });
  wire.onHeld((step) => void step.release());
  wire.hold(true);
  const places = Array.from({ length: count }, (_, place) => place);
  const control = await openScriptSession(address);
  // A teardown must not wait for ever for a transaction that a permutation left open.
  await control.run(`set lock_timeout = ${TEARDOWN_MS}`);
  const open = () => Promise.all(places.map(async (place) => openScriptSession(await wire.addressOf(place))));
  const serve = (sessions: readonly ScriptSession[]): OpenSpecServer => ({
    control,
    sessions,
    waiting: () => wire.blocked(places),
    renew: async () => {
      const pids = sessions.map(({ pid }) => pid).join(', ');
      await control.run(`select pg_terminate_backend(pid, ${END_MS}) from unnest(array[${pids}]) as pid`);
      return serve(await open());
    },
    close: async () => {
      await wire.close();
      await Promise.all([...sessions, control].map((session) => session.end()));
    },
  });
  return serve(await open());
}
