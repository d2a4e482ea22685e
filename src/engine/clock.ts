/** Monotonic nanoseconds, the same clock in every process of this machine (CLOCK_MONOTONIC on Linux). */
export function monotonicNs(): bigint {
  return process.hrtime.bigint();
}

/** Nanoseconds since `originNs`, as a number: exact for 104 days. */
export function sinceNs(originNs: bigint): number {
  return Number(process.hrtime.bigint() - originNs);
}

/** A timer may fire so much later than it was asked to. */
const TIMER_LATE_NS = 1_500_000;
/** Timers know whole milliseconds. */
const TIMER_STEP_NS = 1_000_000;

/**
 * Resolves at `atNs` of the monotonic clock, to a few microseconds where the event loop is free, or up to `slackNs` later: a
 * timer for the long part, turns of the event loop for the last one or two milliseconds, so that others go on meanwhile.
 * Those turns cost a core, which a server on this machine may want: slack saves them. Always in a turn of its own, so that
 * two who wait for the same moment do not share one.
 */
export function untilNs(atNs: bigint, slackNs = 0): Promise<void> {
  const aheadNs = Math.max(0, TIMER_LATE_NS - slackNs);
  return new Promise((resolve) => {
    const turn = () => {
      const leftNs = Number(atNs - process.hrtime.bigint());
      if (leftNs <= 0) resolve();
      else if (slackNs >= TIMER_STEP_NS) setTimeout(turn, Math.ceil(leftNs / TIMER_STEP_NS));
      else if (leftNs > aheadNs + 500_000) setTimeout(turn, (leftNs - aheadNs) / 1e6);
      else setImmediate(turn);
    };
    setImmediate(turn);
  });
}

/** A sleeping thread wakes so much late at most, mostly. */
const WAKE_LATE_NS = 150_000;
/** Nobody ever notifies it. */
const nothing = new Int32Array(new SharedArrayBuffer(4));

/**
 * Resolves at `atNs` of the monotonic clock, to a few microseconds: asleep until the last 150 us, which are spun. Where a
 * request was just sent to a server on this machine, a caller that spun all the time would keep the core from it. For its
 * last one or two milliseconds the sleep blocks this thread, so that an answer is read that much later.
 */
export async function sleepUntilNs(atNs: bigint): Promise<void> {
  const leftNs = () => Number(atNs - process.hrtime.bigint());
  // What was sent in this turn leaves first: HTTP/2 frames are written at its end.
  await new Promise((resolve) => setImmediate(resolve));
  while (leftNs() > TIMER_LATE_NS + 500_000) {
    await new Promise((resolve) => setTimeout(resolve, (leftNs() - TIMER_LATE_NS) / 1e6));
  }
  const asleepNs = leftNs() - WAKE_LATE_NS;
  if (asleepNs > 0) Atomics.wait(nothing, 0, 0, asleepNs / 1e6);
  while (leftNs() > 0);
}
