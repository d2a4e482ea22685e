import type { DataEffect } from './effects.js';
import { type AdvisoryLock, type Locks, mayMeet, type RowLock } from './footprint.js';
import { isAtLeast } from './lock-modes.js';

/** Who has locked a row for certain, and strongly enough, asks nobody for it again. */
export function withoutCovered(asks: Locks, own: Locks): Locks {
  const certain = own.rows.filter(({ isCertain }) => isCertain);
  return { ...asks, rows: asks.rows.filter((asked) => !certain.some((lock) => covers(lock, asked))) };
}

function covers(lock: RowLock, asked: RowLock): boolean {
  return (
    lock.table === asked.table &&
    isAtLeast(lock.strength, asked.strength) &&
    Object.entries(lock.where).every(
      ([column, values]) => asked.where[column]?.length === 1 && mayMeet({ [column]: values }, asked.where),
    )
  );
}

/** Which of them are still held is not known. */
export function uncertain(locks: Locks): Locks {
  return { ...locks, rows: locks.rows.map(({ table, where, strength }) => ({ table, where, strength })) };
}

/** A lock that was taken twice is held until it was given back twice. Of one whose key is not known none is certain to be free. */
export function leftOf(
  held: readonly AdvisoryLock[],
  unlocks: DataEffect['unlocks'],
): readonly AdvisoryLock[] {
  if (unlocks === 'all') return [];
  const left = [...held];
  for (const { key, isShared } of unlocks) {
    const place = left.findIndex((lock) => lock.key === key && lock.isShared === isShared);
    if (key !== undefined && place >= 0) left.splice(place, 1);
  }
  return left;
}

/** A function may have taken one for the session. */
export function withAny(locks: readonly AdvisoryLock[]): readonly AdvisoryLock[] {
  return locks.some(({ key, isShared }) => key === undefined && !isShared)
    ? locks
    : [...locks, ...ANY_ADVISORY];
}

export const ANY_ADVISORY: readonly AdvisoryLock[] = [{ key: undefined, isShared: false }];
