import { create } from 'xmlbuilder2';
import type { TestOutcome } from './test-outcome.js';
import type { TestCase, TestRun, TestSuite } from './test-suites.js';

/**
 * A run as JUnit XML, in the part that the schemas of Jenkins and of Ant have in common. `failure`: violated, or not as
 * claimed. `error`: could not run, and inconclusive too: there is no fourth state, and "skipped" would be green without
 * evidence. `skipped`: a store that was not there. Characters that XML does not know become U+FFFD.
 */
export function renderJunit({ startedAt, suites }: TestRun): string {
  const document = create(
    { version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '\ufffd' },
    { testsuites: { testsuite: suites.map((suite, id) => testsuite(suite, id, startedAt)) } },
  );
  return `${document.end({ prettyPrint: true })}\n`;
}

type Node = Readonly<Record<string, unknown>>;

function testsuite({ name, contract, properties, seconds, cases }: TestSuite, id: number, at: string): Node {
  return {
    '@id': id,
    '@package': `race-check.${contract}`,
    '@name': name,
    // Neither schema takes a zone.
    '@timestamp': at.slice(0, 19),
    '@hostname': 'localhost',
    '@tests': cases.length,
    '@failures': count(cases, 'failed'),
    '@errors': count(cases, 'inconclusive') + count(cases, 'could-not-run'),
    '@skipped': count(cases, 'skipped'),
    ...time(seconds),
    properties: { property: properties.map(([key, value]) => ({ '@name': key, '@value': value })) },
    testcase: cases.map((one) => testcase(one, `race-check.${contract}.${name}`)),
    'system-out': remarks(cases),
    'system-err': '',
  };
}

function testcase(one: TestCase, classname: string): Node {
  return { '@name': one.name, '@classname': classname, ...time(one.seconds), ...result(one) };
}

function result({ outcome, message = '', details }: TestCase): Node {
  const body = (type: string) => ({
    '@message': message,
    '@type': type,
    '#': [message, ...details].join('\n'),
  });
  switch (outcome) {
    case 'passed':
      return {};
    case 'failed':
      return { failure: body('violated') };
    case 'inconclusive':
    case 'could-not-run':
      return { error: body(outcome) };
    case 'skipped':
      return { skipped: message };
  }
}

/** What is worth a look although it passed: the schemas have no place for it in the case itself. */
function remarks(cases: readonly TestCase[]): string {
  return cases
    .flatMap(({ outcome, message }) => (outcome === 'passed' && message ? [message] : []))
    .join('\n');
}

function count(cases: readonly TestCase[], outcome: TestOutcome): number {
  return cases.filter((one) => one.outcome === outcome).length;
}

function time(seconds: number | undefined): Node {
  return seconds === undefined ? {} : { '@time': seconds.toFixed(3) };
}
