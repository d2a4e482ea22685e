import { describe, expect } from 'vitest';
import { until } from './fixtures/processes.fixture.js';
import { it } from './fixtures/user-folder.fixture.js';

/** At its top level, so that whoever loads it never comes back. */
const ENDLESS = 'for (;;);\nexport default {};\n';

const ENDLESS_CHECKER = `import scenario from './draw.scenario.js';
const patient = { name: 'patient', anomalies: [], check: () => { for (;;); } };
export default { ...scenario, checkers: [patient] };
`;

const DRAW = ['draw.scenario.fixture.ts', 'draw-target.fixture.js'] as const;

describe("an endless loop in a file of the user's", { timeout: 120_000 }, () => {
  it('is told of with the name of the file, which Ctrl-C ends', async ({ folder }) => {
    folder.write('mine.target.ts', ENDLESS);
    const running = await folder.start(['flash-sale', '--target', './mine.target.ts', '--quiet']);
    await running.says('mine.target.ts has been at work for');
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(code).toBe(130);
    expect(stdout).toBe('');
    await until('nothing is left', () => folder.left().length === 0);
  });

  it('is ended at the limit: the run could not be', async ({ folder }) => {
    folder.write('mine.target.ts', ENDLESS);
    const words = ['flash-sale', '--target', './mine.target.ts'];
    const { code, stdout, stderr } = await folder.run(words, { RACE_CHECK_CODE_LIMIT: '1s' });
    expect(stderr).toMatch(
      /mine\.target\.ts could not be loaded: it went on for 1 s without a pause; is there an endless loop in it\?\n$/,
    );
    expect(stdout).toBe('');
    expect(code).toBe(3);
    await until('nothing is left', () => folder.left().length === 0);
  });

  it('may be in a checker: Ctrl-C shows what there is', async ({ folder }) => {
    folder.copy(...DRAW, 'draw-naive.target.fixture.js', 'draw-atomic.target.fixture.js');
    folder.write('mine.scenario.ts', ENDLESS_CHECKER);
    const running = await folder.start(['./mine.scenario.ts', '--trials', '3', '--no-report']);
    await running.says('checker patient of ./mine.scenario.ts has been at work for');
    running.child.kill('SIGINT');
    const { code, stdout } = await running.ended;
    expect(stdout).toContain('Interrupted: these are partial results.');
    expect(stdout).toMatch(/checker\s+patient\s+crashed:\s+it\s+did\s+not\s+end,\s+and\s+was\s+interrupted/);
    expect(code).toBe(130);
    await until('nothing is left', () => folder.left().length === 0);
  });

  it('may have a limit of its own, which has to be a duration', async ({ folder }) => {
    const { code, stderr } = await folder.run(['flash-sale'], { RACE_CHECK_CODE_LIMIT: 'ages' });
    expect(stderr).toContain('expected a duration with its unit (500ms, 30s, 2m) for RACE_CHECK_CODE_LIMIT');
    expect(code).toBe(4);
  });
});
