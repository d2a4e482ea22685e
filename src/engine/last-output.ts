import type { Readable } from 'node:stream';

const OUTPUT_LIMIT = 4_000;

/** The end of what a process printed: where it died, the reason often stands there. Empty where it printed nothing. */
export function lastOutput(streams: readonly (Readable | null)[]): () => string {
  let text = '';
  for (const stream of streams) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => (text = (text + chunk).slice(-OUTPUT_LIMIT)));
  }
  return () => (text.trim() === '' ? '' : `; it printed:\n${text.trimEnd()}`);
}
