/** What a threshold of k6 comes to over all that was measured. */
export interface K6Threshold {
  readonly metric: string;
  /** As it is written: `p(99)<250`. */
  readonly expression: string;
  readonly outcome: 'kept' | 'crossed' | 'unknown';
  /** Absent where it is not known. */
  readonly value?: number;
}

interface Measured {
  readonly type: string;
  readonly expressions: Set<string>;
  readonly values: number[];
}

interface Line {
  readonly type?: unknown;
  readonly metric?: unknown;
  readonly data?: {
    readonly value?: unknown;
    readonly type?: unknown;
    readonly thresholds?: unknown;
    readonly tags?: unknown;
  };
}

/**
 * The thresholds that stand in outputs of `k6 run --out json`, held against all points of these outputs together. k6 writes
 * none there that are of a part of a metric (`http_req_duration{status:200}`). What needs to be known of more than the points
 * (the `rate` of a counter is one of time) is `unknown`. Source: k6 v1.3.0, `metrics/thresholds.go` and `metrics/sink.go`.
 */
export function thresholdsIn(outputs: readonly string[]): readonly K6Threshold[] {
  const measured = new Map<string, Measured>();
  const lines = outputs.flatMap((text) => text.split('\n')).flatMap(lineOf);
  for (const { type, metric, data } of lines) {
    if (type !== 'Metric' || typeof metric !== 'string' || !Array.isArray(data?.thresholds)) continue;
    if (data.thresholds.length === 0) continue;
    const one = measured.get(metric) ?? { type: String(data.type), expressions: new Set(), values: [] };
    for (const expression of data.thresholds) one.expressions.add(String(expression));
    measured.set(metric, one);
  }
  for (const { type, metric, data } of lines) {
    if (type !== 'Point' || typeof data?.value !== 'number') continue;
    measured.get(String(metric))?.values.push(data.value);
  }
  return [...measured].flatMap(([metric, { type, expressions, values }]) =>
    [...expressions].map((expression) => ({ metric, expression, ...outcomeOf(expression, type, values) })),
  );
}

function lineOf(text: string): readonly Line[] {
  // In the log of a pod other things stand among them.
  if (!text.startsWith('{')) return [];
  try {
    return [JSON.parse(text) as Line];
  } catch {
    return [];
  }
}

const EXPRESSION = /^\s*(\w+)(?:\(\s*(\d+(?:\.\d+)?)\s*\))?\s*(<=|>=|<|>|===|==|!=)\s*(-?\d+(?:\.\d+)?)\s*$/;

const COMPARISONS: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
  '==': (value, limit) => value === limit,
  '===': (value, limit) => value === limit,
  '!=': (value, limit) => value !== limit,
};

function outcomeOf(
  expression: string,
  type: string,
  values: readonly number[],
): Pick<K6Threshold, 'outcome' | 'value'> {
  const [, method = '', percent, comparison = '', limit] = EXPRESSION.exec(expression) ?? [];
  const value = values.length === 0 ? undefined : aggregated(`${type} ${method}`, Number(percent), values);
  if (value === undefined) return { outcome: 'unknown' };
  return { outcome: COMPARISONS[comparison]!(value, Number(limit)) ? 'kept' : 'crossed', value };
}

function aggregated(how: string, percent: number, values: readonly number[]): number | undefined {
  const sum = values.reduce((all, one) => all + one, 0);
  switch (how) {
    case 'counter count':
      return sum;
    case 'gauge value':
      return values.at(-1);
    case 'rate rate':
      return values.filter((one) => one !== 0).length / values.length;
    case 'trend avg':
      return sum / values.length;
    case 'trend min':
      return percentile(values, 0);
    case 'trend max':
      return percentile(values, 100);
    case 'trend med':
      return percentile(values, 50);
    case 'trend p':
      return percentile(values, percent);
    default:
      return undefined;
  }
}

/** Between two values in proportion, as k6 does it. */
function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (percent / 100) * (sorted.length - 1);
  const below = sorted[Math.floor(place)]!;
  const above = sorted[Math.min(Math.ceil(place), sorted.length - 1)]!;
  return below + (above - below) * (place - Math.floor(place));
}

/** For people: `p(99)<250 of race_check_answer`. */
export function shownThreshold({ metric, expression, value }: K6Threshold): string {
  const was = value === undefined ? '' : `, which was ${Number(value.toPrecision(4))}`;
  return `${expression} of ${metric}${was}`;
}
