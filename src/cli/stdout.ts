/** Writes to stdout, whoever else is kept from it. */
export const writeResult = process.stdout.write.bind(process.stdout);

/**
 * Leaves stdout to the result: what a user's file says with `console.log` would spoil `--json`, so it goes to stderr. Called
 * before such a file is loaded.
 */
export function keepStdoutForResults(): void {
  process.stdout.write = process.stderr.write.bind(process.stderr);
}
