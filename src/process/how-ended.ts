/** How a process ended, as it is told of one that did: `was ended by SIGKILL`, `exited with code 1`. */
export function endWords(code: number | null, signal: string | null): string {
  return signal ? `was ended by ${signal}` : `exited with code ${code}`;
}

/** How this process ended; undefined while it runs. */
export function howEnded(child: {
  readonly exitCode: number | null;
  readonly signalCode: string | null;
}): string | undefined {
  const { exitCode, signalCode } = child;
  return exitCode === null && signalCode === null ? undefined : endWords(exitCode, signalCode);
}
