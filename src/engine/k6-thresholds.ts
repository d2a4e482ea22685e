import { ANSWER_METRIC } from './k6-script.js';

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
  /** Of a part of a metric: what its points are tagged with. */
  readonly tags: Readonly<Record<string, unknown>>;
}

interface Line {
  readonly type?: unknown;
  readonly metric?: unknown;
  readonly data?: {
    readonly value?: unknown;
    readonly type?: unknown;
    readonly thresholds?: unknown;
    readonly submetrics?: unknown;
    readonly tags?: Readonly<Record<string, unknown>> | null;
  };
}

/** k6 makes this part by itself. */
const PART_OF_ITS_OWN = 'http_req_duration{expected_response:true}';
/** Of a part of which nothing but its name is known. */
const NOT_TOLD = '';

/**
 * The thresholds that stand in outputs of `k6 run --out json`, held against all points of these outputs together. What needs to be
 * known of more than the points (the `rate` of a counter is one of time) is `unknown`. Source: k6 v1.3.0, `metrics/thresholds.go`
 * and `metrics/sink.go`.
 *
 * k6 names the parts of a metric that have thresholds (`http_req_duration{status:200}`), and not the thresholds: those are known where
 * the script is one of race-check's, which tells them with its first answer, and else `unknown`.
 */
export function thresholdsIn(outputs: readonly string[]): readonly K6Threshold[] {
  const measured = new Map<string, Measured>();
  const lines = outputs.flatMap((text) => text.split('\n')).flatMap(lineOf);
  const told = new Map(lines.flatMap(toldThresholds));
  for (const { type, metric, data } of lines) {
    if (type !== 'Metric' || typeof metric !== 'string' || data === undefined) continue;
    const add = (name: string, tags: Measured['tags'], expressions: readonly string[]) => {
      if (expressions.length === 0) return;
      const one = measured.get(name) ?? { type: String(data.type), expressions: new Set(), values: [], tags };
      for (const expression of expressions) one.expressions.add(expression);
      measured.set(name, one);
    };
    add(metric, {}, expressionsIn(data.thresholds));
    for (const { name, tags } of partsIn(data.submetrics)) {
      add(name, tags, told.get(name) ?? (name === PART_OF_ITS_OWN ? [] : [NOT_TOLD]));
    }
  }
  const measuredOf = new Map<string, Measured[]>();
  for (const [name, one] of measured) {
    const metric = name.replace(/\{.*$/s, '');
    measuredOf.set(metric, [...(measuredOf.get(metric) ?? []), one]);
  }
  for (const { type, metric, data } of lines) {
    if (type !== 'Point' || typeof data?.value !== 'number') continue;
    for (const { tags, values } of measuredOf.get(String(metric)) ?? []) {
      if (Object.entries(tags).every(([tag, value]) => data.tags?.[tag] === value)) values.push(data.value);
    }
  }
  return [...measured].flatMap(([metric, { type, expressions, values }]) =>
    [...expressions].map((expression) => ({ metric, expression, ...outcomeOf(expression, type, values) })),
  );
}

function toldThresholds({ metric, data }: Line): readonly (readonly [string, readonly string[]])[] {
  const text = metric === ANSWER_METRIC ? data?.tags?.['thresholds'] : undefined;
  if (typeof text !== 'string') return [];
  try {
    return Object.entries(JSON.parse(text) as Record<string, unknown>).map(
      ([name, thresholds]) => [name, expressionsIn(thresholds)] as const,
    );
  } catch {
    // Somebody's own tag of that name: what is not told is unknown.
    return [];
  }
}

/** Each is a text, or an object with one and with what follows from it. */
function expressionsIn(thresholds: unknown): readonly string[] {
  if (!Array.isArray(thresholds)) return [];
  return (thresholds as readonly unknown[]).map((one) =>
    String(typeof one === 'object' && one !== null && 'threshold' in one ? one.threshold : one),
  );
}

function partsIn(submetrics: unknown): readonly { readonly name: string; readonly tags: Measured['tags'] }[] {
  if (!Array.isArray(submetrics)) return [];
  return (submetrics as readonly { name?: unknown; tags?: Measured['tags'] | null }[]).map(
    ({ name, tags }) => ({ name: String(name), tags: tags ?? {} }),
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
  if (expression === NOT_TOLD) return `a threshold of ${metric}`;
  const was = value === undefined ? '' : `, which was ${Number(value.toPrecision(4))}`;
  return `${expression} of ${metric}${was}`;
}
