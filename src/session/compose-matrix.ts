import type { Matrix, MatrixCell, MatrixContract, MatrixScenario } from '../report/matrix-report.js';
import type { Report, ReportTarget } from '../report/report.js';
import { wasTooShort } from '../verdict/judge.js';
import { composeReport, type RanTarget, type RunFacts } from './compose-report.js';
import { exitCodeOf } from './exit-code.js';
import type { SessionPlan } from './plan-session.js';

/** One scenario, and what became of its targets. */
export interface RanPlan {
  readonly plan: SessionPlan;
  readonly ran: readonly RanTarget[];
}

export interface MatrixFacts extends Omit<RunFacts, 'plan' | 'ran' | 'strict'> {
  readonly columns: readonly RanPlan[];
  readonly budget: Matrix['budget'];
}

/** The report of a matrix: each scenario judged as in a comparison, with the costs of what is safe in it. Pure. */
export function composeMatrix({ columns, budget, ...facts }: MatrixFacts): Matrix {
  const reports = columns.map(({ plan, ran }) => ({
    ran,
    report: composeReport({ ...facts, plan, ran, strict: false }),
  }));
  const { report } = reports[0]!;
  const { trials } = columns[0]!.plan;
  const targets = reports.flatMap((one) => one.report.targets);
  return {
    schema: 1,
    version: report.version,
    runId: report.runId,
    startedAt: report.startedAt,
    finishedAt: report.finishedAt,
    interrupted: report.interrupted,
    seed: report.seed,
    budget,
    plan: { ...report.plan, fewest: trials.fewest ?? trials.trials },
    timeoutMs: report.timeoutMs,
    environment: report.environment,
    contracts: contractsOf(reports),
    exitCode: exitCodeOf({ command: 'compare', targets }, { strict: false, required: facts.required }),
  };
}

function contractsOf(
  reports: readonly { readonly report: Report; readonly ran: readonly RanTarget[] }[],
): MatrixContract[] {
  const names = [...new Set(reports.map(({ report }) => report.scenario.contract))];
  return names.map((name) => {
    const scenarios = reports
      .filter(({ report }) => report.scenario.contract === name)
      .map(({ report, ran }) => columnOf(report, ran));
    return { name, targets: rowsOf(scenarios), scenarios };
  });
}

function rowsOf(scenarios: readonly MatrixScenario[]): string[] {
  const rows = scenarios.flatMap(({ targets }) => targets.filter(({ role }) => role === 'named'));
  return [...new Set(rows.map(({ id }) => id))];
}

function columnOf({ scenario, targets }: Report, ran: readonly RanTarget[]): MatrixScenario {
  const [fastest] = targets
    .flatMap((target) => (isSafe(target) ? [{ id: target.id, opsPerSecond: target.opsPerSecond }] : []))
    .sort((a, b) => b.opsPerSecond - a.opsPerSecond);
  return {
    ...scenario,
    ...(fastest === undefined ? {} : { fastestSafe: fastest.id }),
    targets: targets.map((target): MatrixCell => {
      if (target.outcome !== 'judged') return target;
      const { time } = ran.find((one) => one.target.id === target.id) ?? {};
      return {
        ...target,
        ...(time === undefined ? {} : { time }),
        budgetExhausted: wasTooShort(target),
        ...(fastest !== undefined && isSafe(target)
          ? { cost: fastest.opsPerSecond / target.opsPerSecond }
          : {}),
      };
    }),
  };
}

/** It holds, and its speed is known; a control that is no row is not among the compared. */
function isSafe(
  target: ReportTarget,
): target is Extract<ReportTarget, { outcome: 'judged' }> & { readonly opsPerSecond: number } {
  return (
    target.outcome === 'judged' &&
    target.role === 'named' &&
    target.verdict === 'holds' &&
    target.opsPerSecond !== undefined &&
    target.opsPerSecond > 0
  );
}
