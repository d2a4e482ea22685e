import { redact } from './redact.js';
import type { ReportTarget } from './report.js';
import { cutTo, printable } from './text-width.js';
import { durationWords, plural } from './words.js';

/** Where progress goes: standard error, or anything that takes text. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Of a terminal; 0 where it does not know. Default 80. */
  readonly columns?: number | undefined;
}

export interface ProgressOptions {
  readonly stream: ProgressStream;
  readonly isTty: boolean;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Says nothing but notes: what was skipped is said in any case. */
  readonly quiet: boolean;
  /** What is counted. Default `trial`. */
  readonly unit?: 'trial' | 'schedule';
}

/** Tells how far a run is. Holds no timer: it speaks only when it is spoken to. */
export interface Progress {
  /** `planned` is undefined where nobody knows how many it will be. */
  targetStarted(id: string, role: ReportTarget['role'], planned: number | undefined): void;
  /** `done` and `violated` are counts of this target's trials, or schedules, so far. */
  trialDone(done: number, violated: number): void;
  /** Time has passed, and nothing else has happened: to be called once a second or so. */
  tick(): void;
  /** What is ahead, before it begins. */
  announce(text: string): void;
  /** `words`: what became of it, e.g. `holds`. */
  targetDone(id: string, words: string): void;
  /** Something to be said whatever happens, e.g. that a store was skipped. */
  note(text: string): void;
  /** Takes the last line of a terminal away: before a report is printed, and before the program ends. */
  finish(): void;
}

/** A terminal's line is rewritten at most this often. */
const REWRITE_EVERY_MS = 50;
const LINE_EVERY_MS = 5_000;
/** Elsewhere somebody who waits is told so often that it goes on, when there is nothing else to tell. */
const SIGN_OF_LIFE_MS = 15_000;
/** Whoever has to wait for so long is told how long it has been, and how long it still will be. */
const WORTH_TELLING_MS = 10_000;
/** Of a terminal that does not tell its own. */
const USUAL_COLUMNS = 80;
const CLEAR_LINE = '\r\u001b[K';

/** A target that is being run. */
interface Running {
  readonly id: string;
  readonly planned: number | undefined;
  readonly startedAt: number;
  done: number;
  violated: number;
  /** When its first trial was done, whose time also went into setting it up, and when its last was. */
  firstAt: number;
  lastAt: number;
}

/**
 * On a terminal one line that is rewritten; else a line for each target's start and end, one every 5 s at most, and one every
 * 15 s at least.
 */
export function createProgress({ stream, isTty, now, quiet, unit = 'trial' }: ProgressOptions): Progress {
  let running: Running | undefined;
  let shown = '';
  let saidAt = -Infinity;

  const width = () => (stream.columns || USUAL_COLUMNS) - 1;
  const rewrite = (line: string) => {
    shown = cutTo(line, width());
    saidAt = now();
    stream.write(`${CLEAR_LINE}${shown}`);
  };
  const clear = () => {
    if (shown !== '') stream.write(CLEAR_LINE);
    shown = '';
  };
  const say = (line: string) => {
    saidAt = now();
    stream.write(`${line}\n`);
  };
  const tell = (line: string) => {
    if (quiet) return;
    if (isTty) rewrite(line);
    else say(line);
  };

  const status = ({ id, planned, done, violated, ...at }: Running) => {
    const found = violated > 0 ? `, ${violated} violated` : '';
    // Trials in which nothing overlapped are made up for.
    const of = planned === undefined ? '' : done <= planned ? ` of ${planned}` : ` (${planned} were planned)`;
    const how =
      done > 0
        ? `${unit} ${done}${of}${found}`
        : planned === undefined
          ? `one ${unit} after the other`
          : `up to ${plural(planned, unit)}`;
    return `${id}: ${how}${waitingWords({ ...at, done, planned }, now())}`;
  };

  return {
    targetStarted(id, role, planned) {
      const what = printable(role === 'control' ? `${id} (control)` : id);
      const at = now();
      running = { id: what, planned, startedAt: at, done: 0, violated: 0, firstAt: at, lastAt: at };
      tell(status(running));
      running = { ...running, id: printable(id) };
    },
    trialDone(done, violated) {
      if (quiet || running === undefined) return;
      const at = now();
      running = { ...running, done, violated, lastAt: at, ...(running.done === 0 ? { firstAt: at } : {}) };
      if (at - saidAt < (isTty ? REWRITE_EVERY_MS : LINE_EVERY_MS)) return;
      tell(status(running));
    },
    tick() {
      if (quiet || running === undefined) return;
      if (now() - saidAt < (isTty ? REWRITE_EVERY_MS : SIGN_OF_LIFE_MS)) return;
      const line = status(running);
      // A terminal's line stands as long as it says the same.
      if (!isTty || cutTo(line, width()) !== shown) tell(line);
    },
    announce(text) {
      if (quiet) return;
      clear();
      stream.write(`${printable(redact(text))}\n`);
    },
    targetDone(id, words) {
      running = undefined;
      if (isTty) clear();
      else tell(`${printable(id)}: ${printable(redact(words))}`);
    },
    note(text) {
      const line = shown;
      clear();
      stream.write(`${printable(redact(text))}\n`);
      if (line !== '') rewrite(line);
    },
    finish() {
      running = undefined;
      clear();
    },
  };
}

/** `, 1 min 20 s so far, about 5 min left`, where it takes long enough to be told. */
function waitingWords(
  { startedAt, done, planned, firstAt, lastAt }: Omit<Running, 'id' | 'violated'>,
  at: number,
): string {
  const sofarMs = at - startedAt;
  const trialMs = done > 1 ? (lastAt - firstAt) / (done - 1) : done === 1 ? lastAt - startedAt : undefined;
  const aheadMs =
    trialMs === undefined || planned === undefined ? 0 : (planned - done) * trialMs - (at - lastAt);
  if (Math.max(sofarMs, aheadMs) < WORTH_TELLING_MS) return '';
  const left = aheadMs < WORTH_TELLING_MS ? '' : `, about ${durationWords(rounded(aheadMs))} left`;
  return `, ${durationWords(sofarMs)} so far${left}`;
}

const STEPS_MS = [
  { below: 120_000, stepMs: 10_000 },
  { below: 3_600_000, stepMs: 60_000 },
  { below: Infinity, stepMs: 600_000 },
];

/** To what can be foretold. */
function rounded(ms: number): number {
  const { stepMs } = STEPS_MS.find(({ below }) => ms < below)!;
  return Math.round(ms / stepMs) * stepMs;
}
