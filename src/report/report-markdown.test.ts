import { describe, expect, it } from 'vitest';
import { reportMarkdown } from './report-markdown.js';
import { caught, fixtures, gateHolds, gateViolated } from './report.fixture.js';

describe('a report as Markdown', () => {
  it.each(Object.entries(fixtures))(
    'of %s has a row for each target, all rows equally wide',
    (_name, report) => {
      const rows = reportMarkdown(report)
        .split('\n')
        .filter((line) => line.startsWith('|'));
      expect(rows).toHaveLength(report.targets.length + 2);
      expect(new Set(rows.map((row) => row.split(/(?<!\\)\|/).length)).size).toBe(1);
    },
  );

  it('says what holds, with its bound, and names the control', () => {
    const text = reportMarkdown(gateHolds);
    expect(text).toContain('## race-check flash-sale');
    expect(text).toContain('| postgres/naive (control) | ✘ violated |');
    expect(text).toMatch(
      /- ✔ postgres\/for-update holds: if it can fail, it fails in fewer than 5\.0 % of such trials/,
    );
  });

  it('shows the events of a violation as they are', () => {
    const text = reportMarkdown(gateViolated);
    expect(text).toMatch(/~~~~text\n[^]*read product=1 stock=17[^]*~~~~/);
  });

  it('escapes what would break a table or begin a tag', () => {
    const [first, ...rest] = caught('x/y').findings;
    const findings = [{ ...first!, message: 'a | b <script>' }, ...rest];
    const text = reportMarkdown({ ...gateViolated, targets: [caught('postgres/naive', { findings })] });
    expect(text).toContain(String.raw`a \| b &lt;script>`);
  });
});
