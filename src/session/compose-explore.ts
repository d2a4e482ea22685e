import { redactDeep } from '../report/redact.js';
import type { ExploredTarget, ExploreReport, ExploreTarget } from '../report/explore-report.js';
import { worstVerdict } from '../verdict/merge.js';
import { EXIT } from './exit-code.js';
import type { RanExplore } from './explore.js';
import type { PlannedExplore } from './plan-explore.js';
import { notJudged } from './not-judged.js';
import { invocationOf, scenarioOf, type SessionFacts } from './session-facts.js';

export interface ExploreFacts extends SessionFacts {
  readonly planned: PlannedExplore;
  readonly ran: readonly RanExplore[];
}

/** The report of one exploration: every target with its claim, the overall verdict, the exit code. Pure. */
export function composeExplore(facts: ExploreFacts): ExploreReport {
  const { planned, ran } = facts;
  const { session, plan, scenario: given } = planned;
  const { scenario } = session;
  const targets = ran.map((one) => describe(one, planned));
  const verdicts = targets.flatMap((one) => (one.outcome === 'explored' ? [one.verdict] : []));
  return redactDeep({
    ...{ schema: 1, kind: 'explore', ...invocationOf(session, facts) },
    scenario: {
      ...scenarioOf(session),
      clientsAre: clientsAre(scenario.parameters),
      ...(given === undefined || given === scenario.name ? {} : { file: given }),
    },
    plan: {
      search: plan.search,
      ...(plan.maxSchedules === undefined ? {} : { maxSchedules: plan.maxSchedules }),
      budgetMs: plan.budgetMs,
      command: session.command,
    },
    timeoutMs: session.timeoutMs,
    targets,
    verdict: verdicts.length === 0 ? null : worstVerdict(verdicts),
    exitCode: exitCodeOf(targets, facts),
  });
}

function describe(
  { chosen: { target, file, exec }, result }: RanExplore,
  { session: { scenario } }: PlannedExplore,
): ExploreTarget {
  const head = {
    ...{ id: target.id, role: 'named' as const, summary: target.summary },
    ...(file === undefined ? {} : { file }),
    ...(exec === undefined ? {} : { exec }),
  };
  if (result.kind === 'skipped' || result.kind === 'could-not-run') return { ...head, ...notJudged(result) };
  if (result.kind === 'replayed') throw new Error('unreachable: a replay is not composed to a report');
  const expectation = target.expectations?.[scenario.name];
  return {
    ...head,
    outcome: 'explored',
    ...result.explored,
    ...(expectation === undefined ? {} : { expectation, met: isMet(expectation, result.explored) }),
  };
}

/** The first word of what the number of clients is described by, where it is a name for many: buyers, students. */
function clientsAre(parameters: Readonly<Record<string, { readonly describe: string }>>): string {
  return /^[a-z]+s(?=[ ,]|$)/.exec(parameters['clients']?.describe ?? '')?.[0] ?? 'clients';
}

/** What a target claims to give up, small numbers of clients may well get. */
function isMet(
  expectation: NonNullable<ExploredTarget['expectation']>,
  { verdict, schedules }: Pick<ExploredTarget, 'verdict' | 'schedules'>,
): boolean {
  if (expectation === 'violated') return verdict === 'violated';
  return verdict === 'holds' && (expectation === 'gives-up' || schedules.gaveUp === 0);
}

/**
 * As everywhere: 3 where a target could not run, else the worst of violated, inconclusive, holds. With every target of a
 * contract 0 where each met its expectation.
 */
function exitCodeOf(
  targets: readonly ExploreTarget[],
  { required, strict, planned: { session } }: ExploreFacts,
): number {
  const explored = targets.filter((one) => one.outcome === 'explored');
  if (targets.some(({ outcome }) => outcome === 'error') || explored.length === 0) return EXIT.couldNotRun;
  if (targets.some((one) => one.outcome === 'skipped' && required.includes(one.store)))
    return EXIT.couldNotRun;
  const codes = explored.map(({ verdict, schedules, met, expectation }) => {
    if (session.command === 'compare' && met) return EXIT.holds;
    if (verdict === 'holds' && session.command === 'compare' && expectation !== undefined)
      return EXIT.violated;
    if (verdict === 'holds' && strict && schedules.gaveUp > 0) return EXIT.violated;
    return EXIT[verdict];
  });
  for (const code of [EXIT.violated, EXIT.inconclusive]) if (codes.includes(code)) return code;
  return EXIT.holds;
}
