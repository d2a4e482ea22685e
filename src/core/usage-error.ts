/** What the user gave does not make sense: every problem at once, each with what was expected and what came. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly problems: readonly [string, ...string[]];
  constructor(problems: readonly [string, ...string[]]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Throws a UsageError if there is anything to say. */
export function demandNone(problems: readonly string[]): void {
  const [first, ...rest] = problems;
  if (first !== undefined) throw new UsageError([first, ...rest]);
}
