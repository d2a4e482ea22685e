import { grouped } from '../../core/grouped.js';
import { StoreUnavailable } from '../store.js';
import type { Admin } from './admin.js';
import type { PostgresUrl } from './url.js';

interface Facts {
  readonly product: string;
  readonly version: string;
  readonly backendPid: number;
  readonly clientPort: number | null;
  readonly standby: boolean;
  readonly readOnly: string;
  readonly tracksActivities: string;
  readonly mayCreate: boolean;
  readonly superuser: boolean;
  readonly maxConnections: number;
  readonly reserved: number;
  readonly inUse: number;
  readonly roleLimit: number;
  readonly roleInUse: number;
  readonly databaseLimit: number;
  readonly databaseInUse: number;
}

/**
 * One row. Of other roles' sessions an ordinary role sees no more than that they are there, their role and database: a
 * client's session has both.
 */
const FACTS = `
  with session as (select datid, usesysid from pg_stat_activity where usesysid is not null and datid is not null),
    role as (select oid, rolsuper, rolconnlimit from pg_roles where rolname = session_user),
    base as (select oid, datconnlimit from pg_database where datname = current_database())
  select split_part(version(), ' ', 1) as "product",
    split_part(current_setting('server_version'), ' ', 1) as "version",
    pg_backend_pid() as "backendPid",
    inet_client_port() as "clientPort",
    pg_is_in_recovery() as "standby",
    current_setting('transaction_read_only') as "readOnly",
    current_setting('track_activities') as "tracksActivities",
    has_database_privilege(current_database(), 'CREATE') as "mayCreate",
    (select rolsuper from role) as "superuser",
    current_setting('max_connections')::int as "maxConnections",
    case when (select rolsuper from role) then 0
      else current_setting('superuser_reserved_connections')::int
        + case when (select bool_or(pg_has_role(oid, 'usage')) from pg_roles where rolname = 'pg_use_reserved_connections')
            then 0 else coalesce(current_setting('reserved_connections', true), '0')::int end
      end as "reserved",
    (select count(*)::int from session) as "inUse",
    (select rolconnlimit from role) as "roleLimit",
    (select count(*)::int from session where usesysid = (select oid from role)) as "roleInUse",
    (select datconnlimit from base) as "databaseLimit",
    (select count(*)::int from session where datid = (select oid from base)) as "databaseInUse"`;

/**
 * Sees whether a server that we did not start can bear a run, before anything is made there.
 * Throws `StoreUnavailable` for the first thing in the way: another product, a pooler, a standby, a missing right, too few
 * connections. Answers whether the server sees the ports of our sockets.
 */
export async function requireSuitable(
  admin: Admin,
  url: PostgresUrl,
  connections: number,
): Promise<{ readonly portsVisible: boolean }> {
  const [facts] = await admin.query<Facts>(FACTS);
  if (facts === undefined) throw new Error('The server answered a question about itself with nothing.');
  const ends = await admin.ends();
  const at = `${url.host}:${url.port}`;
  const refuse = (message: string, remedy: string) => {
    throw new StoreUnavailable('postgres', message, remedy);
  };
  if (facts.product !== 'PostgreSQL') {
    refuse(`At ${at} answers ${facts.product}, not PostgreSQL.`, 'Give the URL of a PostgreSQL server');
  }
  // A pooler invents the process number that it tells its clients; the server process knows its own.
  if (facts.backendPid !== ends.backendPid) {
    refuse(
      `At ${at} answers a connection pooler: sessions behind it are shared, so that what a client does cannot be told apart.`,
      "Give the server's own host and port in the URL",
    );
  }
  if (facts.standby) {
    refuse(`PostgreSQL at ${at} is a standby: nothing can be written there.`, 'Give the URL of the primary');
  }
  if (facts.readOnly === 'on') {
    refuse(
      `Sessions of "${url.user}" at ${at} are read-only.`,
      `Turn default_transaction_read_only off for this user and the database "${url.database}"`,
    );
  }
  if (facts.tracksActivities !== 'on') {
    refuse(
      `PostgreSQL at ${at} does not show what sessions do, so that a transaction left open could not be seen.`,
      'Turn track_activities on',
    );
  }
  if (!facts.mayCreate) {
    refuse(
      `The user "${url.user}" may not create a schema in the database "${url.database}" at ${at}.`,
      `Run as its owner: GRANT CREATE ON DATABASE "${url.database}" TO "${url.user}"`,
    );
  }
  const limits = [
    {
      left: facts.maxConnections - facts.reserved - facts.inUse,
      of: `max_connections is ${facts.maxConnections}, ${facts.reserved} of them reserved for others, ${facts.inUse} in use`,
      remedy: 'raise max_connections',
    },
    {
      left: limitLeft(facts, facts.roleLimit, facts.roleInUse),
      of: `the user "${url.user}" may have ${facts.roleLimit}, ${facts.roleInUse} in use`,
      remedy: `run ALTER ROLE "${url.user}" CONNECTION LIMIT -1`,
    },
    {
      left: limitLeft(facts, facts.databaseLimit, facts.databaseInUse),
      of: `the database "${url.database}" may have ${facts.databaseLimit}, ${facts.databaseInUse} in use`,
      remedy: `run ALTER DATABASE "${url.database}" CONNECTION LIMIT -1`,
    },
  ].filter((limit) => limit.left < connections);
  if (limits.length > 0) {
    refuse(
      `The clients need ${grouped(connections)} connections to PostgreSQL at ${at}, and ${grouped(Math.max(0, Math.min(...limits.map(({ left }) => left))))} are left: ${limits.map(({ of }) => of).join('; ')}.`,
      `Use fewer clients, or ${limits.map(({ remedy }) => remedy).join(' and ')}`,
    );
  }
  return { portsVisible: facts.clientPort === ends.localPort };
}

/** -1 is no limit, and superusers have none. */
function limitLeft({ superuser }: Facts, limit: number, inUse: number): number {
  return superuser || limit < 0 ? Number.POSITIVE_INFINITY : limit - inUse;
}
