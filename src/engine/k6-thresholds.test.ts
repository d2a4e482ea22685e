import { expect, it } from 'vitest';
import { shownThreshold, thresholdsIn } from './k6-thresholds.js';

function output(
  metric: string,
  type: string,
  thresholds: readonly string[],
  values: readonly number[],
): string {
  const lines = [
    { type: 'Metric', data: { name: metric, type, thresholds }, metric },
    ...values.map((value) => ({ metric, type: 'Point', data: { time: '2026-02-14T09:30:12Z', value } })),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}

it.each([
  ['trend', 'p(50)<=2.5', 'kept', 2.5],
  ['trend', 'p(50)<2.5', 'crossed', 2.5],
  ['trend', 'p(99.9) > 3.99', 'kept', 3.997],
  ['trend', 'med==2.5', 'kept', 2.5],
  ['trend', 'avg<2.5', 'crossed', 2.5],
  ['trend', 'min>=1', 'kept', 1],
  ['trend', 'max!=4', 'crossed', 4],
  ['counter', 'count===10', 'kept', 10],
  ['rate', 'rate<1', 'crossed', 1],
  ['gauge', 'value>3', 'kept', 4],
] as const)('looks at all points of a %s: %s is %s', (type, expression, outcome, value) => {
  const [one] = thresholdsIn([
    output(
      'm',
      type,
      [expression],
      [4, 1, 3, 2].toSorted((a, b) => a - b),
    ),
  ]);
  expect(one).toMatchObject({ metric: 'm', expression, outcome });
  expect(one?.value).toBeCloseTo(value);
});

it('takes the outputs of several runners together', () => {
  const outputs = [[1, 1], [0]].map((values) => output('checks', 'rate', ['rate==1'], values));
  expect(thresholdsIn(outputs).map(shownThreshold)).toEqual(['rate==1 of checks, which was 0.6667']);
  expect(thresholdsIn(outputs.slice(0, 1))).toMatchObject([{ outcome: 'kept', value: 1 }]);
});

it('does not know what takes more than the points, and is not led astray by other lines of a log', () => {
  const outputs = [
    output('http_reqs', 'counter', ['rate>100', 'count<'], [1]),
    output('m', 'trend', ['avg<1'], []),
  ];
  const log = `time="..." level=info\n{"broken\n${outputs.join('{"type":"Other"}\n')}`;
  expect(thresholdsIn([log]).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown']);
});
