import { describe, expect, it } from 'vitest';
import { loadTable } from './load-table.js';
import { nextCommands } from './next-commands.js';
import { reportMarkdown } from './report-markdown.js';
import { gateHolds } from './report.fixture.js';
import type { Report } from './report.js';

const load = [
  {
    ...{ trial: 1, requests: 12_345, seconds: 10.014, requestsPerSecond: 1_234.5 },
    latencyMs: { p50: 3, p97_5: 12, p99: 16 },
  },
];
const underLoad: Report = {
  ...gateHolds,
  plan: { ...gateHolds.plan, trials: 1, engine: 'autocannon', load: { connections: 8, durationMs: 10_000 } },
  targets: gateHolds.targets.map((target) =>
    target.outcome === 'judged'
      ? {
          ...{ ...target, id: 'http/mine', verdict: 'inconclusive', load },
          trials: { ...target.trials, planned: 1, run: 1 },
        }
      : target,
  ),
};

describe('a report of a load', () => {
  it("shows the engine's own figures, in columns", () => {
    expect(loadTable(underLoad, 80).slice(0, 2)).toEqual([
      ' autocannon  requests     time   p50  p97.5    p99  req/s',
      ' http/mine     12,345  10.01 s  3 ms  12 ms  16 ms  1,235',
    ]);
    expect(loadTable(gateHolds, 80)).toEqual([]);
  });

  it('shows the figures below the name where the terminal is too narrow for columns', () => {
    expect(loadTable(underLoad, 50)).toEqual([
      ' autocannon, http/mine',
      '   requests 12,345   time 10.01 s   p50 3 ms',
      '   p97.5 12 ms   p99 16 ms   req/s 1,235',
      ' autocannon, http/mine',
      '   requests 12,345   time 10.01 s   p50 3 ms',
      '   p97.5 12 ms   p99 16 ms   req/s 1,235',
    ]);
  });

  it('shows them in Markdown too', () => {
    const lines = reportMarkdown(underLoad).split('\n');
    const head = lines.indexOf('| autocannon | requests | time | p50 | p97.5 | p99 | req/s |');
    expect(lines[head + 2]).toBe('| http/mine | 12,345 | 10.01 s | 3 ms | 12 ms | 16 ms | 1,235 |');
    expect(reportMarkdown(gateHolds)).not.toContain('req/s |');
  });

  it('leads to the same load again', () => {
    const [first] = nextCommands(underLoad, { scenario: 'last-seat' }, undefined);
    expect(first?.command).toMatch(
      /^race-check last-seat --target \S+ --engine autocannon --connections 8 --duration 10000ms/,
    );
  });

  it('leads to a comparison under that load, among those that take it', () => {
    const words =
      'last-seat --target http/mine --engine autocannon --connections 8 --duration 10s --max-p99 1s';
    const typed = { scenario: 'last-seat', words: words.split(' ') };
    expect(nextCommands(underLoad, typed, undefined).map(({ command }) => command)).toContain(
      'race-check compare last-seat --store http --engine autocannon --connections 8 --duration 10s',
    );
  });
});
