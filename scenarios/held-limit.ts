/**
 * How long a wait may take in a small version, whose clients are held between their steps: a limit that the server keeps by its
 * own clock would end waits that no schedule ends.
 */
export const HELD_LIMIT_MS = 60_000;
