/** A time that ends. */
export interface TimeLimit {
  /** Asked before each trial once there is evidence of the plan's `fewest`: no more of them. */
  isUp(): boolean;
  /** From 0 on nothing is begun, whatever the evidence; nor is what cannot come to enough evidence by then. */
  leftMs(): number;
  /** Later: whatever is under way, a trial or a set-up, is cut off. */
  readonly cut: AbortSignal;
}

/** Why a run ended before its plan did. */
export const INTERRUPTED = 'interrupted';
export const TIME_IS_UP = Symbol('time is up');
export type Stop = string | typeof TIME_IS_UP;

/** Whether a run is to end before its plan does: it was interrupted, or its time is up. */
export class EarlyStop {
  /** The run was interrupted, or its time was cut off. */
  readonly ended: AbortSignal;
  /** How long the last trial took. */
  lastTrialMs = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly limit: TimeLimit | undefined,
    /** How many trials are missing. */
    private readonly judge: { missing(): number },
  ) {
    this.ended = AbortSignal.any(limit === undefined ? [signal] : [signal, limit.cut]);
  }

  get isInterrupted(): boolean {
    return this.signal.aborted;
  }

  /** The reason for which nothing more is to be begun, if there is one. */
  reason(): Stop | undefined {
    const { signal, limit, lastTrialMs } = this;
    if (signal.aborted) return INTERRUPTED;
    if (limit === undefined) return undefined;
    const missing = this.judge.missing();
    const isEnough = missing === 0 && limit.isUp();
    const neededMs = missing * lastTrialMs;
    return isEnough || limit.cut.aborted || limit.leftMs() <= neededMs ? TIME_IS_UP : undefined;
  }
}
