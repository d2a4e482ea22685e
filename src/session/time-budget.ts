/** What one of several may take, and what has become of it. */
export interface TimeSlice {
  readonly shareMs: number;
  /** Of the whole budget, at the beginning of the slice. */
  readonly leftMs: number;
  /** To be called when its work is done; what it did not use is for the others. */
  end(): void;
  /** From its beginning to its end, or until now. */
  usedMs(): number;
}

/** A time that several share, one after the other. */
export interface TimeBudget {
  /** The slice of the next of them: an equal part of what is left, for those that are left. 0 when nothing is. */
  next(): TimeSlice;
}

/** `totalMs` from now on, for so many. `now`: monotonic milliseconds. */
export function timeBudget(totalMs: number, parts: number, now: () => number): TimeBudget {
  const startedAt = now();
  let left = parts;
  return {
    next() {
      const beganAt = now();
      const remainingMs = Math.max(0, totalMs - (beganAt - startedAt));
      const shareMs = remainingMs / Math.max(1, left);
      left -= 1;
      let endedAt: number | undefined;
      return {
        shareMs,
        leftMs: remainingMs,
        end: () => (endedAt ??= now()),
        usedMs: () => (endedAt ?? now()) - beganAt,
      };
    },
  };
}
