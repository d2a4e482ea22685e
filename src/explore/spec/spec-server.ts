import type { ScriptSession } from '../../stores/postgres/script-session.js';

export type { Told } from '../../stores/postgres/script-session.js';

/** One session of a spec. */
export type ServerSession = Omit<ScriptSession, 'end'>;

/** What a spec is run against. */
export interface SpecServer {
  /** For setups and teardowns. */
  readonly control: ServerSession;
  readonly sessions: readonly ServerSession[];
  /** Those of the sessions, by their place, that wait inside the server for others of them, and for which. */
  waiting(): Promise<ReadonlyMap<number, readonly number[]>>;
  /** Ends all sessions, whatever they are in, and opens others in their place. */
  renew(): Promise<SpecServer>;
}
