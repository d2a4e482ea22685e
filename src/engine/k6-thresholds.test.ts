import { describe, expect, it } from 'vitest';
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

describe('a threshold on a part of a metric', () => {
  const part = { name: 'took{name:pay}', suffix: 'name:pay', tags: { name: 'pay' } };
  const own = { name: 'http_req_duration{expected_response:true}', tags: { expected_response: 'true' } };
  const point = (name: string, value: number) => ({
    metric: 'took',
    type: 'Point',
    data: { value, tags: { name } },
  });
  const metric = (submetrics: readonly object[]) => [
    { type: 'Metric', data: { name: 'took', type: 'trend', thresholds: [], submetrics }, metric: 'took' },
  ];
  const told = {
    ...{ metric: 'race_check_answer', type: 'Point' },
    data: {
      value: 1,
      tags: {
        thresholds: JSON.stringify({ 'took{name:pay}': [{ threshold: 'max<20', abortOnFail: true }] }),
      },
    },
  };
  const text = (lines: readonly object[]) => lines.map((line) => JSON.stringify(line)).join('\n');

  it('is held against the points of that part, where the script tells it', () => {
    const points = [point('pay', 30), point('look', 90), point('pay', 10)];
    const [one, ...others] = thresholdsIn([
      text([...metric([part]), told]),
      text([...metric([part]), ...points]),
    ]);
    expect(others).toEqual([]);
    expect(one).toEqual({ metric: 'took{name:pay}', expression: 'max<20', outcome: 'crossed', value: 30 });
    expect(thresholdsIn([text([...metric([part]), told, ...points.slice(1)])])).toMatchObject([
      { outcome: 'kept', value: 10 },
    ]);
  });

  it('is not passed over where it does not, nor where the part has no points', () => {
    const [one, ...others] = thresholdsIn([text([...metric([part, own]), point('pay', 1)])]);
    expect(others, "k6's own part has no threshold").toEqual([]);
    expect(one).toEqual({ metric: 'took{name:pay}', expression: '', outcome: 'unknown' });
    expect(shownThreshold(one!)).toBe('a threshold of took{name:pay}');
    expect(thresholdsIn([text([...metric([part]), told, point('look', 1)])])).toMatchObject([
      { expression: 'max<20', outcome: 'unknown' },
    ]);
  });
});
