/** So long after the last traffic the process looks for more of it without sleeping. Answers in a burst follow one another in less. */
const POLL_MS = 0.5;
/** A turn of the event loop that took so long was not ours alone: somebody else had the core meanwhile. */
const LONG_TURN_MS = 2;
/** After so long of polling it is asked how much of it others had. */
const WINDOW_MS = 50;
/** With 33 clients at an idle server's row it is 2 %; beside as many busy processes as there are cores, nearly half. */
const MOST_LOST = 0.2;
const PAUSE_MS = 250;

/**
 * Keeps the event loop awake while answers are expected: a process that sleeps takes tens of microseconds to wake on a machine of
 * its own, more on a virtual one, and where a server lets one client in after the other, everybody waits for each awakening. With
 * 33 clients at one row a burst takes a sixth less. For where a second core is left to the server; makes a pause where others
 * want the cores, as it would take from the server what it needs itself.
 */
export class BusyPolling {
  #untilMs = 0;
  #pausedUntilMs = 0;
  #lastTurnMs = 0;
  #polledMs = 0;
  #lostMs = 0;
  #isPolling = false;

  /** Both are Node's own but in tests. */
  constructor(
    private readonly now: () => number = () => performance.now(),
    private readonly nextTurn: (turn: () => void) => void = setImmediate,
  ) {}

  /** There was traffic: more may follow. */
  readonly traffic = (): void => {
    const nowMs = this.now();
    this.#untilMs = nowMs + POLL_MS;
    if (this.#isPolling || nowMs < this.#pausedUntilMs) return;
    this.#isPolling = true;
    this.#lastTurnMs = nowMs;
    this.nextTurn(this.#turn);
  };

  // Each turn of the event loop looks at the sockets, and sleeps there only when no turn was asked for.
  readonly #turn = (): void => {
    const nowMs = this.now();
    this.#tookUntil(nowMs);
    this.#isPolling = nowMs < this.#untilMs && nowMs >= this.#pausedUntilMs;
    if (this.#isPolling) this.nextTurn(this.#turn);
  };

  #tookUntil(nowMs: number): void {
    const tookMs = nowMs - this.#lastTurnMs;
    this.#lastTurnMs = nowMs;
    this.#polledMs += tookMs;
    if (tookMs > LONG_TURN_MS) this.#lostMs += tookMs;
    if (this.#polledMs < WINDOW_MS) return;
    if (this.#lostMs > MOST_LOST * this.#polledMs) this.#pausedUntilMs = nowMs + PAUSE_MS;
    this.#polledMs = 0;
    this.#lostMs = 0;
  }
}
