import { redact } from './redact.js';
import type { ReportTarget } from './report.js';
import { printable, textWidth } from './text-width.js';

/** Where progress goes: standard error, or anything that takes text. */
export interface ProgressStream {
  write(text: string): unknown;
  /** Of a terminal. Default 80. */
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
const CLEAR_LINE = '\r\u001b[K';

/** On a terminal one line that is rewritten; else a line for each target's start and end, and one every 5 s at most. */
export function createProgress({ stream, isTty, now, quiet, unit = 'trial' }: ProgressOptions): Progress {
  let running: { id: string; planned: number | undefined } | undefined;
  let shown = '';
  let saidAt = -Infinity;

  const rewrite = (line: string) => {
    shown = cutTo(line, (stream.columns ?? 80) - 1);
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

  return {
    targetStarted(id, role, planned) {
      running = { id: printable(id), planned };
      const what = role === 'control' ? `${running.id} (control)` : running.id;
      tell(
        planned === undefined ? `${what}: one ${unit} after the other` : `${what}: up to ${planned} ${unit}s`,
      );
    },
    trialDone(done, violated) {
      if (quiet || running === undefined) return;
      if (now() - saidAt < (isTty ? REWRITE_EVERY_MS : LINE_EVERY_MS)) return;
      const found = violated > 0 ? `, ${violated} violated` : '';
      // Trials in which nothing overlapped are made up for.
      const { planned } = running;
      const of =
        planned === undefined ? '' : done <= planned ? ` of ${planned}` : ` (${planned} were planned)`;
      tell(`${running.id}: ${unit} ${done}${of}${found}`);
    },
    targetDone(id, words) {
      running = undefined;
      if (isTty) clear();
      else tell(`${printable(id)}: ${printable(words)}`);
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

function cutTo(line: string, width: number): string {
  return textWidth(line) <= width ? line : `${line.slice(0, Math.max(0, width - 3))}...`;
}
