import type { RateInterval } from '../core/verdict.js';

/**
 * The exact two-sided interval of a rate: with this confidence at least, the true rate of violated trials lies within.
 *
 * `violated` of `trials`, whole numbers from 0; `confidence` between 0 and 1. Without a trial it is [0, 1]. Throws a
 * RangeError on anything else. Source: Clopper and Pearson, The Use of Confidence or Fiducial Limits Illustrated in the
 * Case of the Binomial, Biometrika 26, 1934, as quantiles of the beta distribution.
 */
export function clopperPearson(violated: number, trials: number, confidence: number): RateInterval {
  demandTrials(trials);
  demandFraction('confidence', confidence);
  if (!Number.isInteger(violated) || violated < 0 || violated > trials) {
    throw new RangeError(`Expected violated as a whole number from 0 to ${trials}, got ${violated}.`);
  }
  if (trials === 0) return { lower: 0, upper: 1 };
  const tail = (1 - confidence) / 2;
  return {
    lower: violated === 0 ? 0 : betaQuantile(tail, violated, trials - violated + 1),
    upper: violated === trials ? 1 : betaQuantile(1 - tail, violated + 1, trials - violated),
  };
}

/**
 * The one-sided bound where none of `trials` was violated: with this confidence the true rate is below it. 1 without a trial.
 *
 * It solves (1 - rate)^trials = 1 - confidence. Throws a RangeError as `clopperPearson` does.
 */
export function upperBoundOfNone(trials: number, confidence: number): number {
  demandTrials(trials);
  demandFraction('confidence', confidence);
  return trials === 0 ? 1 : -Math.expm1(Math.log1p(-confidence) / trials);
}

/**
 * The fewest trials that show, if none is violated, a rate of at most `maxRate`: 59 for 0.95 and 0.05.
 *
 * Both are between 0 and 1, not included; else a RangeError.
 */
export function trialsNeeded(confidence: number, maxRate: number): number {
  demandFraction('confidence', confidence);
  demandFraction('maxRate', maxRate);
  const exact = Math.log1p(-confidence) / Math.log1p(-maxRate);
  const nearest = Math.round(exact);
  // 87.5 % and 50 % are three trials exactly; rounding in the logarithms must not make them four.
  return Math.max(1, Math.abs(exact - nearest) <= 1e-12 * nearest ? nearest : Math.ceil(exact));
}

function demandTrials(trials: number): void {
  if (!Number.isInteger(trials) || trials < 0) {
    throw new RangeError(`Expected trials as a whole number from 0, got ${trials}.`);
  }
}

function demandFraction(name: string, value: number): void {
  if (!(value > 0 && value < 1)) {
    throw new RangeError(`Expected ${name} between 0 and 1, not included, got ${value}.`);
  }
}

/** The x at which the regularised incomplete beta function reaches p, by bisection to the last bit that matters. */
function betaQuantile(p: number, a: number, b: number): number {
  let low = 0;
  let high = 1;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high || high - low < 1e-15 * high) return middle;
    if (regularizedBeta(middle, a, b) < p) low = middle;
    else high = middle;
  }
}

/** I_x(a, b). Source: Press et al., Numerical Recipes, 3rd ed., 6.4. */
function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
  // The fraction converges fast on this side of the mean; the other side follows from the symmetry.
  return x < (a + 1) / (a + b + 2)
    ? (front * betaFraction(x, a, b)) / a
    : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

/** The continued fraction of the incomplete beta function, by Lentz's method as Thompson and Barnett modified it. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  const away = (value: number): number => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 100_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < 1e-15) break;
  }
  return fraction;
}

/** Of a number from 1. Source: Lanczos, SIAM J. Numer. Anal. B 1, 1964, with Godfrey's coefficients for g = 7. */
function logGamma(value: number): number {
  const coefficients = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059, 12.507343278686905,
    -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const x = value - 1;
  const series = coefficients.reduce(
    (sum, coefficient, i) => sum + coefficient / (x + i + 1),
    0.99999999999980993,
  );
  const t = x + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(series);
}
