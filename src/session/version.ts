import { readFileSync } from 'node:fs';

/** The version in our own package.json: two folders up from the sources, three from the build. */
export function version(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as Record<
        string,
        unknown
      >;
      if (manifest['name'] === 'race-check') return String(manifest['version']);
    } catch {
      // Not here.
    }
  }
  return 'unknown';
}
