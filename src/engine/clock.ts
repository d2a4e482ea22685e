/** Monotonic nanoseconds, the same clock in every process of this machine (CLOCK_MONOTONIC on Linux). */
export function monotonicNs(): bigint {
  return process.hrtime.bigint();
}

/** Nanoseconds since `originNs`, as a number: exact for 104 days. */
export function sinceNs(originNs: bigint): number {
  return Number(process.hrtime.bigint() - originNs);
}

/**
 * Resolves at `atNs` of the monotonic clock, to a few microseconds where the event loop is free: a timer for the long
 * part, turns of the event loop for the last two milliseconds, so that others go on meanwhile. Always in a turn of its
 * own, so that two who wait for the same moment do not share one.
 */
export function untilNs(atNs: bigint): Promise<void> {
  return new Promise((resolve) => {
    const turn = () => {
      const leftNs = Number(atNs - process.hrtime.bigint());
      if (leftNs <= 0) resolve();
      else if (leftNs > 2_000_000) setTimeout(turn, leftNs / 1e6 - 1.5);
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
}
