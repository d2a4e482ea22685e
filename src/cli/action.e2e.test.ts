import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { validateAction, validateWorkflow } from '@action-validator/core';
import { afterAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMAND } from './fixtures/user-folder.fixture.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const text = read('action.yml');

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: {
    readonly steps: readonly {
      readonly id?: string;
      readonly run?: string;
      readonly uses?: string;
      readonly env?: Readonly<Record<string, string>>;
    }[];
  };
}
const action = parse(text) as Action;
const step = action.runs.steps.find(({ id }) => id === 'run')!;

describe('action.yml', () => {
  it('is a valid action, and its example a valid workflow', () => {
    expect(validateAction(text)).toEqual({ actionType: 'action', errors: [] });
    const workflow = read('examples/ci/github.yml');
    expect(validateWorkflow(workflow).errors).toEqual([]);
    expect(read('docs/ci.md')).toContain(`\`\`\`yaml\n${workflow}\`\`\``);
  });

  it('is refused by that validator where a step lacks its shell', () => {
    expect(validateAction(text.replace('shell: bash', '')).errors).not.toEqual([]);
  });

  it('documents every input, with its default', () => {
    const documented = read('docs/ci.md');
    for (const [name, { default: fallback }] of Object.entries(action.inputs)) {
      const value = fallback ? `\`${fallback}\`` : '';
      expect(documented.replace(/ +/g, ' ')).toContain(`| \`${name}\` | ${value}${value && ' '}|`);
    }
  });

  it('puts no input into a script: what stands in them is a variable', () => {
    for (const { run = '' } of action.runs.steps) expect(run).not.toContain('${{');
  });
});

describe.skipIf(process.platform === 'win32')('the script of action.yml', () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

  /** Runs it as GitHub does, with these inputs, in an empty folder. */
  function run(inputs: Readonly<Record<string, string>>) {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'race-check-action-'));
    folders.push(folder);
    writeFileSync(path.join(folder, 'step.sh'), step.run!);
    writeFileSync(path.join(folder, 'output'), '');
    const given: Record<string, string> = { command: `'${process.execPath}' '${COMMAND}'`, ...inputs };
    const env = Object.entries(step.env!).map(([name, expression]) => {
      const input = /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(expression)![1]!;
      return [name, given[input] ?? action.inputs[input]!.default!];
    });
    const words = ['--noprofile', '--norc', '-eo', 'pipefail', 'step.sh'];
    const { status, stdout, stderr } = spawnSync('bash', words, {
      cwd: folder,
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        GITHUB_OUTPUT: path.join(folder, 'output'),
        GITHUB_STEP_SUMMARY: path.join(folder, 'summary.md'),
        ...(Object.fromEntries(env) as Record<string, string>),
      },
    });
    const file = (name: string) => readFileSync(path.join(folder, name), 'utf8');
    return {
      status,
      stdout,
      stderr,
      file,
      has: (name: string) => existsSync(path.join(folder, name)),
      folder,
    };
  }

  it('tells a violation in every way, keeps its files, and ends with its exit code', () => {
    const { status, stdout, file, folder } = run({
      args: 'last-seat --target memory/naive\n--trials 5 --quiet --no-report',
      reporters: 'markdown=a comment.md\n',
    });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ memory\/naive +✘ violated/m);
    expect(stdout).toMatch(/^::error title=race-check last-seat/m);
    expect(file('summary.md')).toContain('## race-check last-seat');
    expect(file('a comment.md')).toContain('## race-check last-seat');
    expect(file('race-check-results/junit.xml')).toContain('<failure');
    expect(file('output')).toBe(`exit-code=1\nreport=${folder}/race-check-results/report.json\n`);
  });

  it('takes words as they are: quotes keep them together, and no shell reads them', () => {
    const { status, stderr, has } = run({
      args: `"a scenario" $(touch pwned) \`touch pwned\` ; touch pwned '*'`,
      output: 'out; touch pwned',
    });
    expect(status).toBe(4);
    expect(stderr).toContain('unexpected argument "$(touch"');
    expect(stderr).toContain('unexpected argument "*"');
    expect(has('pwned')).toBe(false);
  });

  it('runs nothing where a quote is left open', () => {
    const { status, stdout, file } = run({ args: "last-seat --target 'memory/naive" });
    expect(status).toBe(4);
    expect(stdout).toBe('::error title=race-check::the input "args" leaves a quote open\n');
    expect(file('output')).toBe('exit-code=4\n');
  });

  it('keeps an empty word that was quoted, and makes none of an input that is empty', () => {
    const given = run({ args: `'' "" x`, command: 'printf <%s>' });
    expect(given.stdout).toMatch(/^<><><x><--reporter>/);
    const none = run({ args: ' \n', command: 'printf <%s>' });
    expect(none.stdout).toMatch(/^<--reporter>/);
  });

  it('joins lines that end in a backslash, and takes reporters without the spaces around them', () => {
    const given = run({ args: 'x \\\n  y', reporters: '  markdown=a b.md \n  \n', command: 'printf <%s>' });
    expect(given.stdout).toMatch(/^<x><y><--reporter><markdown=a b\.md><--reporter><table>/);
  });

  it('runs nothing where there is no command, not even what stands in args', () => {
    const { status, stdout, file, has } = run({ command: ' ', args: 'touch pwned' });
    expect(status).toBe(4);
    expect(stdout).toBe(
      '::error title=race-check::expected a command for the input "command", got nothing\n',
    );
    expect(file('output')).toBe('exit-code=4\n');
    expect(has('pwned')).toBe(false);
  });

  it.each(['/tmp/out', '../out', 'a/../../b', '..', 'out\nexit-code=0'])(
    'writes nothing where the upload would not find it: %j',
    (output) => {
      const { status, stdout, file } = run({ args: 'last-seat', output });
      expect(status).toBe(4);
      expect(stdout).toMatch(/^::error .*expected a folder within the working directory[^\n]*\n$/);
      expect(file('output')).toBe('exit-code=4\n');
    },
  );
});
