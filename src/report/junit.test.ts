import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { create } from 'xmlbuilder2';
import { validateXML } from 'xmllint-wasm';
import { renderJunit } from './junit.js';
import { matrix } from './matrix.fixture.js';
import {
  caught,
  compareAll,
  fixtures,
  gateHolds,
  gateInterrupted,
  gateNotRun,
  gateViolated,
} from './report.fixture.js';
import type { Report } from './report.js';
import { suitesOfMatrix, suitesOfReport } from './test-suites.js';

/** The Jenkins xUnit plugin's schema of JUnit 4 reports; its licence stands in it. */
const schema = readFileSync(new URL('./jenkins-junit.xsd', import.meta.url), 'utf8');

async function problemsOf(xml: string): Promise<readonly string[]> {
  const { errors } = await validateXML({ xml: [{ fileName: 'junit.xml', contents: xml }], schema: [schema] });
  return errors.map(({ message }) => message);
}

interface Parsed {
  readonly testsuites: { readonly testsuite: Readonly<Record<string, unknown>> };
}

/** Attributes and cases of the only suite, as a reader of the file gets them. */
function suiteOf(report: Report): Readonly<Record<string, unknown>> {
  return (create(renderJunit(suitesOfReport(report))).end({ format: 'object' }) as unknown as Parsed)
    .testsuites.testsuite;
}

describe('a JUnit report', () => {
  it.each(Object.entries(fixtures))(
    'of %s is valid by the schema that Jenkins reads with',
    async (_name, report) => {
      expect(await problemsOf(renderJunit(suitesOfReport(report)))).toEqual([]);
    },
  );

  it('of a matrix is valid too, with a suite a scenario', async () => {
    const xml = renderJunit(suitesOfMatrix(matrix));
    expect(await problemsOf(xml)).toEqual([]);
    const scenarios = matrix.contracts.flatMap((contract) => contract.scenarios);
    expect(xml.match(/<testsuite /g)).toHaveLength(scenarios.length);
  });

  it('is refused by that schema if an element of another name is in it', async () => {
    const xml = renderJunit(suitesOfReport(gateViolated)).replaceAll('failure', 'failed');
    expect(await problemsOf(xml)).not.toEqual([]);
  });

  it('has a case for each target, none for its control', () => {
    expect(suiteOf(gateHolds)).toMatchObject({
      '@name': 'flash-sale',
      '@tests': '1',
      '@failures': '0',
      testcase: { '@name': 'postgres/for-update', '@classname': 'race-check.checkout.flash-sale' },
    });
  });

  it('has a failure for what was violated, with the events that prove it', () => {
    const xml = renderJunit(suitesOfReport(gateViolated));
    expect(xml).toContain('type="violated"');
    expect(xml).toContain('lost update: Buyers 4 and 9 both read stock = 17 and both wrote 16.');
    expect(xml).toContain('read product=1 stock=17');
    expect(suiteOf(gateViolated)).toMatchObject({ '@failures': '1', '@errors': '0' });
  });

  it('has no failure in a comparison for what was violated as its target claims', () => {
    expect(suiteOf(compareAll)).toMatchObject({ '@tests': '15', '@failures': '0', '@errors': '0' });
    const liar = violatedAsHolds();
    expect(suiteOf(liar)).toMatchObject({ '@failures': '1' });
  });

  it('has an error for what could not run and for what is inconclusive, and "skipped" for a store that is not there', () => {
    expect(suiteOf(gateNotRun)).toMatchObject({ '@tests': '2', '@errors': '1', '@skipped': '1' });
    const required = { ...gateNotRun, plan: { ...gateNotRun.plan, required: ['redis'] } };
    expect(suiteOf(required)).toMatchObject({ '@errors': '2', '@skipped': '0' });
  });

  it('is not green where the exit code is not 0: interrupted, or everything skipped', () => {
    const done = { ...gateHolds, interrupted: true, exitCode: 130 };
    expect(suiteOf(done)).toMatchObject({ '@errors': '1' });
    expect(suiteOf(gateInterrupted)).toMatchObject({ '@errors': '2' });
    const skipped = {
      ...gateNotRun,
      targets: gateNotRun.targets.filter(({ outcome }) => outcome === 'skipped'),
    };
    expect(suiteOf(skipped)).toMatchObject({ '@tests': '2', '@errors': '1', '@skipped': '1' });
  });

  it('shows a limit that was not kept, and one without samples', () => {
    const gate = { kind: 'max-p99', target: 'postgres/for-update' } as const;
    const report: Report = {
      ...gateHolds,
      exitCode: 1,
      gates: [
        { ...gate, outcome: 'failed', message: 'too slow' },
        { ...gate, outcome: 'no-evidence', message: 'no samples' },
        { ...gate, outcome: 'passed', message: 'fast' },
      ],
    };
    expect(suiteOf(report)).toMatchObject({ '@tests': '4', '@failures': '1', '@errors': '1' });
  });

  it('keeps markup, characters that XML does not have, and passwords out of the document', async () => {
    const nasty = 'a <b> & "c" ]]> \u0000\u001b[31m\ufffe of postgres://me:hunter2@localhost/shop';
    const [finding, ...rest] = gateViolated.targets[0]!.outcome === 'judged' ? caught('x/y').findings : [];
    const report: Report = {
      ...gateViolated,
      targets: [caught('postgres/naive', { findings: [{ ...finding!, message: nasty }, ...rest] })],
    };
    const xml = renderJunit(suitesOfReport(report));
    expect(await problemsOf(xml)).toEqual([]);
    expect(xml).toContain('a &lt;b&gt; &amp; "c" ]]&gt;');
    expect(xml).not.toContain('hunter2');
  });
});

function violatedAsHolds(): Report {
  const targets = compareAll.targets.map((target) =>
    target.id === 'postgres/read-committed' && target.outcome === 'judged'
      ? { ...target, expectation: 'holds' as const, met: false }
      : target,
  );
  return { ...compareAll, targets, exitCode: 1 };
}
