/** One line of the closing table. */
export interface BenchResult {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  /** `undefined` where this machine cannot measure it. */
  readonly met: boolean | undefined;
}

export interface BenchOptions {
  /** Shorter runs: for a look, not for a claim. */
  readonly quick: boolean;
  /** Of each kind of run; medians are over these. */
  readonly runs: number;
  /** Of the table of `http`; all of them by default. */
  readonly cells?: readonly string[];
}

/** What is going on, for whoever waits; results go to stdout. */
export function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
