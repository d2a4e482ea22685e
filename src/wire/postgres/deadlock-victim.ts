import type { DeadlockClock } from '../../core/step.js';
import type { Admin } from '../../stores/postgres/admin.js';

/**
 * The server looks for a deadlock once in each wait, `deadlock_timeout` after the wait began, and whoever finds a circle then
 * fails. So whose clock is short decides who it is.
 *
 * With a clock of 1 ms everywhere, it is whoever closes the circle: the others have looked before. That they have is seen:
 * `log_lock_waits` has the server say so right after it looked, and only then is a session reported as waiting.
 *
 * A wait has the clock that its session had when it began. So the clock is set right before each step whose session has another
 * one, in one packet with it, also inside a transaction.
 */
export const SOON = '1ms';
/** Longer than any schedule: such a session never looks. */
const NEVER = '24h';

/** What a session is started with. Messages of the level LOG go to us, and no further. */
export const STARTUP_SETTINGS: Readonly<Record<string, string>> = {
  deadlock_timeout: SOON,
  log_lock_waits: 'on',
  client_min_messages: 'log',
};

/**
 * Whether an error at the start of a session is about what we have added to it. Poolers take no parameters but those they
 * know: `08P01: unsupported startup parameter: deadlock_timeout` (PgBouncer).
 */
export function refusesSettings(error: ReadonlyMap<string, string>): boolean {
  const message = error.get('M') ?? '';
  return error.get('C') === '08P01' && Object.keys(STARTUP_SETTINGS).some((name) => message.includes(name));
}

/** Of a session that asks for messages itself: what we would ask for would change what it hears. */
export function asksForMessages(startup: ReadonlyMap<string, string>): boolean {
  return [...startup].some(([name, value]) => `${name} ${value}`.includes('client_min_messages'));
}

/** What an error says that a deadlock is. */
export const DEADLOCK = '40P01';

/**
 * The server's processes in the circle, as the error's detail tells: `Process 7 waits for ShareLock on transaction 99; blocked by
 * process 8.`, a line each.
 */
export function circleTold(detail: string): readonly number[] {
  return detail.split('\n').flatMap((line) => {
    const numbers = line.match(/\d+/g) ?? [];
    return [numbers.at(0), numbers.at(-1)].map(Number);
  });
}

/** As the server is told. */
export function inWords(clock: DeadlockClock): string {
  return clock === 'at once' ? SOON : clock === 'never' ? NEVER : `${clock}ms`;
}

export function clockStatement(clock: string): string {
  return `set deadlock_timeout = '${clock}'`;
}

/** Whether the role of these sessions may set that clock. From PostgreSQL 15 on it can be granted. */
export async function mayChooseVictim(admin: Admin): Promise<boolean> {
  const [row] = await admin.query<{ readonly may: boolean; readonly grantable: boolean }>(
    `select current_setting('is_superuser') = 'on' as may,
      current_setting('server_version_num')::int >= 150000 as grantable`,
  );
  if (row === undefined || row.may || !row.grantable) return row?.may ?? false;
  const [granted] = await admin.query<{ readonly may: boolean }>(
    `select has_parameter_privilege('deadlock_timeout', 'SET')
      and has_parameter_privilege('log_lock_waits', 'SET') as may`,
  );
  return granted?.may ?? false;
}
