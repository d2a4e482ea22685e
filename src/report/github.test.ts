import { describe, expect, it } from 'vitest';
import { renderGithub } from './github.js';
import { compareAll, gateHolds, gateNotRun, gateViolated, violatedThroughout } from './report.fixture.js';
import type { Report } from './report.js';
import { suitesOfReport } from './test-suites.js';

function annotations(report: Report): readonly string[] {
  return renderGithub(suitesOfReport(report), (file) => `shop/${file}`)
    .split('\n')
    .slice(0, -1);
}

describe('the annotations for GitHub', () => {
  it('are none where everything holds', () => {
    expect(annotations(gateHolds)).toEqual([]);
  });

  it('have an error for a violation, on one line, its line breaks escaped', () => {
    const [line, ...rest] = annotations(gateViolated);
    expect(rest).toEqual([]);
    expect(line).toMatch(
      /^::error title=race-check flash-sale%3A postgres\/naive::✘ postgres\/naive violated, oversold: /,
    );
    expect(line).toContain(
      '%0A  expected  at most 20 units of Flash Sale Smartphone sold%0A  observed  33 units',
    );
  });

  it('have an error for what could not run, with its file, and a notice for what was skipped', () => {
    const targets = gateNotRun.targets.map((target) =>
      target.outcome === 'error' ? { ...target, file: 'my,own:100%.target.ts' } : target,
    );
    expect(annotations({ ...gateNotRun, targets })).toEqual([
      expect.stringMatching(
        /^::error file=shop\/my%2Cown%3A100%25\.target\.ts,title=race-check flash-sale%3A \.\/my\.target\.ts::.* could not run: TypeError/,
      ),
      expect.stringMatching(/^::notice title=race-check flash-sale%3A redis\/lua::redis\/lua was skipped: /),
    ]);
  });

  it('have a warning for what is safe and gives up', () => {
    const warnings = annotations(compareAll).filter((line) => line.startsWith('::warning'));
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('1,876 of 1,947 failed');
  });

  it('are ten of a level at most, since GitHub shows no more', () => {
    const targets = Array.from({ length: 14 }, (_, number) =>
      violatedThroughout(`postgres/wrong-${number}`, { expectation: 'holds', met: false }),
    );
    expect(annotations({ ...compareAll, targets, exitCode: 1 })).toHaveLength(10);
  });
});
