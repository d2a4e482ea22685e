import path from 'node:path';
import { describe, expect } from 'vitest';
import { reportSchema } from '../report/report.js';
import { it } from './fixtures/user-folder.fixture.js';

const NAIVE = ['last-seat', '--target', 'memory/naive', '--trials', '5', '--quiet', '--no-report'];

describe.concurrent('--reporter', { timeout: 120_000 }, () => {
  it('tells one run in several ways at once, each file whole, and leaves stdout to the table', async ({
    folder,
  }) => {
    const { code, stdout } = await folder.run([
      ...NAIVE,
      ...['--reporter', 'junit=out/of/junit.xml,json=report.json', '--reporter', 'markdown=report.md'],
      ...['--reporter', 'table=table.txt'],
    ]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/ memory\/naive +✘ violated/);
    expect(folder.read('table.txt')).toContain('memory/naive');
    expect(folder.read('out/of/junit.xml')).toMatch(/<failure message="✘ memory\/naive violated, oversold/);
    expect(reportSchema.parse(JSON.parse(folder.read('report.json'))).exitCode).toBe(1);
    expect(folder.read('report.md')).toContain('| memory/naive | ✘ violated |');
    expect(folder.left()).toEqual([]);
  });

  it('annotates on GitHub, and adds to the summary of the job what other steps have written', async ({
    folder,
  }) => {
    folder.copy('shop.fixture.ts');
    folder.write(
      'my.target.ts',
      `import { shopTarget } from './shop.js';
export default shopTarget('mine', async (shop, order) => (order as any).total());
`,
    );
    folder.write('summary.md', '# Before\n');
    const { code, stdout } = await folder.run(
      ['flash-sale', '--target', './my.target.ts', '--quiet', '--no-report', '--reporter', 'github'],
      {
        GITHUB_STEP_SUMMARY: path.join(folder.path, 'summary.md'),
        GITHUB_WORKSPACE: path.dirname(folder.path),
      },
    );
    expect(code).toBe(3);
    expect(stdout).toMatch(/^ memory\/mine +error/m);
    expect(stdout).toMatch(
      /^::error file=work\/my\.target\.ts,title=race-check flash-sale%3A memory\/mine::memory\/mine could not run: /m,
    );
    expect(folder.read('summary.md')).toMatch(/^# Before\n## race-check flash-sale\n/);
  });

  it('tells a matrix too, a suite a scenario', async ({ folder }) => {
    const { code, stdout } = await folder.run([
      ...['matrix', '--contract', 'seats', '--store', 'memory', '--trials', '5', '--quiet'],
      ...['--reporter', 'junit', '--reporter', 'json=matrix.json'],
    ]);
    expect(stdout).toMatch(/^<\?xml/);
    expect(stdout.match(/<testsuite /g)).toHaveLength(4);
    expect(JSON.parse(folder.read('matrix.json'))).toMatchObject({ exitCode: code });
  });

  it('names every mistake at once, before anything is started', async ({ folder }) => {
    const words = ['junti', 'junit', 'markdown', 'json='].flatMap((one) => ['--reporter', one]);
    const { code, stdout, stderr } = await folder.run([...NAIVE, ...words]);
    expect(stderr).toContain('unknown reporter "junti", did you mean "junit"?');
    expect(stderr).toContain('expected one reporter on stdout, got junit and markdown');
    expect(stderr).toContain('expected a file behind --reporter json=, got nothing');
    expect([code, stdout]).toEqual([4, '']);
  });
});
