/** Of a row, weakest to strongest. */
export const ROW_STRENGTHS = ['key share', 'share', 'no key update', 'update'] as const;
export type RowStrength = (typeof ROW_STRENGTHS)[number];

/**
 * Which row locks exclude each other: manual, "Conflicting Row-Level Locks".
 * @see https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-ROWS
 */
const ROW_CONFLICTS: Readonly<Record<RowStrength, readonly RowStrength[]>> = {
  'key share': ['update'],
  share: ['no key update', 'update'],
  'no key update': ['share', 'no key update', 'update'],
  update: ROW_STRENGTHS,
};

export function rowStrengthsConflict(one: RowStrength, other: RowStrength): boolean {
  return ROW_CONFLICTS[one].includes(other);
}

export function isAtLeast(one: RowStrength, other: RowStrength): boolean {
  return ROW_STRENGTHS.indexOf(one) >= ROW_STRENGTHS.indexOf(other);
}

/** Of a table, in the server's own numbers (`lockdefs.h`), which `LOCK TABLE` uses in its syntax tree. */
export const ACCESS_SHARE = 1;
export const ROW_SHARE = 2;
export const ROW_EXCLUSIVE = 3;

/**
 * By mode, the modes that it excludes: manual, "Conflicting Lock Modes".
 * @see https://www.postgresql.org/docs/18/explicit-locking.html#LOCKING-TABLES
 */
const TABLE_CONFLICTS: readonly (readonly number[])[] = [
  [],
  [8],
  [7, 8],
  [5, 6, 7, 8],
  [4, 5, 6, 7, 8],
  [3, 4, 6, 7, 8],
  [3, 4, 5, 6, 7, 8],
  [2, 3, 4, 5, 6, 7, 8],
  [1, 2, 3, 4, 5, 6, 7, 8],
];

export function tableModesConflict(one: number, other: number): boolean {
  return TABLE_CONFLICTS[one]?.includes(other) ?? true;
}
