import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { SCENARIOS } from '../../scenarios/index.js';
import { addParameterFlags, addRunFlags, readRunFlags } from '../../src/cli/flags.js';
import type { JudgedTarget, Report } from '../../src/report/report.js';
import { caught, gateHolds, holding } from '../../src/report/report.fixture.js';
import { planSession } from '../../src/session/plan-session.js';
import { isTested, type TestedClaim } from './claim.js';
import { StoreMissing } from './evidence.js';
import { CLAIMS, SYSTEMS } from './index.js';
import { onceEach, runCommand, wordsOf } from './run-command.js';
import { judge } from './settle.js';
import { readClaims } from './table.js';

/**
 * `RACE_CHECK_CLAIMS=all` runs every command of the table, as it stands there, which takes as long as `npm run claims` and more.
 * Without it those claims are run that have small commands, with scaled times.
 */
const ALL = process.env['RACE_CHECK_CLAIMS'] === 'all';
const REQUIRED = (process.env['RACE_CHECK_REQUIRE'] ?? '').split(',').filter(Boolean);
const TIMEOUT_MS = ALL ? 600_000 : 120_000;

const DOCUMENT = fileURLToPath(new URL('../../docs/claims.md', import.meta.url));
const written = readClaims(readFileSync(DOCUMENT, 'utf8'));
const verdictOf = new Map(written.map(({ name, verdict }) => [name, verdict]));

const tested = CLAIMS.flatMap(({ name, claim }) => (isTested(claim) ? [{ name, claim }] : []));
const commandsOf = (claim: TestedClaim) => (ALL ? claim.commands : (claim.quick ?? []));
const everyCommand = [...new Set(tested.flatMap(({ claim }) => [...claim.commands, ...(claim.quick ?? [])]))];

describe('the table of claims', () => {
  it('has every claim, once, with its commands', () => {
    const defined = CLAIMS.map(({ name, claim }) => ({
      name,
      claim: claim.claim,
      commands: isTested(claim) ? claim.commands : [],
    }));
    expect(written.map(({ name, claim, commands }) => ({ name, claim, commands }))).toEqual(defined);
  });

  it('tells of every verdict what it rests on, when and where it was run', () => {
    for (const { name, commands, verdict, evidence } of written) {
      expect(verdict, name).toMatch(/^(confirmed|refuted|not settled here|only if .+)$/);
      if (commands.length === 0) expect(verdict, name).toBe('not settled here');
      else expect(evidence, name).toMatch(/ \(\d{4}-\d\d-\d\d, [^)]*\)$/);
    }
  });

  it('confirms nothing without a bound, a violation, or figures', () => {
    const confirmed = written.filter(({ verdict }) => verdict === 'confirmed');
    expect(confirmed.length).toBeGreaterThan(0);
    for (const { name, evidence } of confirmed) {
      expect(evidence, name).toMatch(/at 95 %|, (trial \d+|\d+ of \d+ trials):|\d ms with|failed/);
    }
  });

  it('settles nothing about the speed or the rates of MongoDB on another server', () => {
    const rates = written.filter(({ claim }) => /\d %|ms\b/.test(claim) && /fast|prevent/.test(claim));
    expect(rates.map(({ name }) => name)).toEqual(expect.arrayContaining(['A8', 'B1', 'B2', 'B3', 'B21']));
    const onStandIn = rates.filter(({ evidence }) => evidence.includes('SecantusDB'));
    // That something is prevented always is disproved by one case of it.
    const settled = onStandIn.filter(({ verdict }) => verdict !== 'not settled here');
    expect(settled.map(({ claim }) => claim)).toEqual(['The lock document prevents 100 %.']);
  });

  it.each(everyCommand)('names a command that runs: race-check %s', async (command) => {
    const [first = '', ...rest] = wordsOf(command);
    const isCompare = first === 'compare';
    const scenario = isCompare ? rest.shift()! : first;
    const parser = addParameterFlags(addRunFlags(new Command().exitOverride()), await SCENARIOS[scenario]!());
    parser.parse(rest, { from: 'user' });
    const problems: string[] = [];
    const { session } = readRunFlags(parser.opts(), await SCENARIOS[scenario]!(), {}, problems);
    expect(problems).toEqual([]);
    const plan = await planSession({ ...session, scenario, command: isCompare ? 'compare' : 'gate' });
    expect(plan.named.length).toBe(session.targets?.length);
  });

  it('names as waiting only commands that there are', () => {
    for (const command of SYSTEMS.flatMap(({ waiting = [] }) => waiting)) {
      expect(tested.flatMap(({ claim }) => claim.commands)).toContain(command);
    }
  });
});

/** What a command's report would be if every named target came out like this. */
function reportOf(command: string, like: (id: string) => JudgedTarget): Report {
  const words = wordsOf(command);
  const ids = words[words.indexOf('--target') + 1]!.split(',');
  return { ...gateHolds, targets: ids.map(like) };
}

describe('what a claim is judged by', () => {
  it.each(tested)('settles nothing about $name without evidence', ({ claim }) => {
    const inconclusive = (id: string) =>
      holding(id, 1, { verdict: 'inconclusive', reasons: ['nothing overlapped'] });
    const { verdict } = claim.judge(...claim.commands.map((command) => reportOf(command, inconclusive)));
    expect(verdict).toBe('not settled here');
  });

  it.each(tested.filter(({ name }) => ['D5', 'D12', 'D14'].includes(name)))(
    'does not settle $name by what it is not about',
    ({ claim }) => {
      const oversold = claim.commands.map((command) => reportOf(command, (id) => caught(id)));
      expect(claim.judge(...oversold).verdict).toBe('not settled here');
    },
  );

  /** That nothing goes wrong is what refutes these. */
  const REFUTED_BY_HOLDING = ['B6', 'E1'];
  const refuted = tested.filter(
    ({ name }) => verdictOf.get(name) === 'refuted' && !REFUTED_BY_HOLDING.includes(name),
  );
  it.each(refuted)('does not refute $name where everything holds', ({ claim }) => {
    const { verdict } = claim.judge(
      ...claim.commands.map((command) => reportOf(command, (id) => holding(id))),
    );
    expect(verdict).not.toBe('refuted');
  });
});

const run = onceEach(runCommand);
describe(ALL ? 'every claim' : 'a claim that is quickly tested', () => {
  it.for(tested.filter(({ claim }) => commandsOf(claim).length > 0))(
    '$name is still what the table says: $claim.claim',
    { timeout: TIMEOUT_MS },
    async ({ name, claim }, { skip }) => {
      try {
        const { verdict, evidence } = await judge(claim, commandsOf(claim), run);
        expect(verdict, evidence).toBe(verdictOf.get(name));
      } catch (error) {
        if (error instanceof StoreMissing && !REQUIRED.includes(error.skipped.store)) skip(error.message);
        throw error;
      }
    },
  );
});
