import type { ContractTypes } from '../core/contract.js';
import { storesOf } from '../core/target.js';
import type { TrialThresholds } from '../engine/k6-host.js';
import type { LoadTable } from '../engine/load.js';
import type { TargetRunResult } from '../engine/run-target.js';
import type { JudgedTarget, Report, ReportTarget } from '../report/report.js';
import { gatesOf, hasLimits, type Limits } from '../report/gates.js';
import { thresholdGate } from '../report/threshold-gate.js';
import { redactDeep } from '../report/redact.js';
import { withErrorMessages } from './error-messages.js';
import { witnessEvents } from '../report/witness-events.js';
import type { HttpVersion } from '../stores/http/http-version.js';
import type { StoreUnavailable } from '../stores/store.js';
import { applyControl, controlProblem, type ControlOutcome } from '../verdict/control.js';
import { trialsNeeded } from '../verdict/binomial.js';
import { standingOf } from '../verdict/expectation.js';
import { worstVerdict } from '../verdict/merge.js';
import { expectationOf, type AnyTarget } from './choice.js';
import { exitCodeOf } from './exit-code.js';
import type { SessionPlan } from './plan-session.js';
import { notJudged } from './not-judged.js';
import { DEFAULTS } from './options.js';
import { invocationOf, scenarioOf, type SessionFacts } from './session-facts.js';
import { REFERENCE_SHOWS } from './vouching.js';
import { withDoubts } from './doubts.js';

/** One target, and what became of it. */
export interface RanTarget {
  readonly target: AnyTarget;
  readonly role: 'named' | 'control';
  /** The user's file as it was named. */
  readonly file?: string;
  /** The program as it was named. */
  readonly exec?: string;
  /** Of a reference server: the API whose conditions it ran under, and what it is, for people. */
  readonly vouchesFor?: string;
  readonly description?: string;
  /** Of an API: what it was spoken to in. */
  readonly httpVersion?: HttpVersion;
  readonly result:
    TargetRunResult<ContractTypes> | { readonly kind: 'skipped'; readonly error: StoreUnavailable };
  /** What a load engine says of its trials. */
  readonly load?: readonly LoadTable[];
  readonly thresholds?: readonly TrialThresholds[];
  /** Where time was shared out. */
  readonly time?: { readonly shareMs: number; readonly usedMs: number };
}

export interface RunFacts extends SessionFacts {
  readonly plan: SessionPlan;
  readonly ran: readonly RanTarget[];
  readonly limits?: Limits | undefined;
  /** Where the time of all targets was bounded. */
  readonly budget?: Report['budget'];
}

/** The report of one invocation: each judgement with its control's word, the overall verdict, the exit code. Pure. */
export function composeReport(facts: RunFacts): Report {
  const { plan, ran } = facts;
  const { scenario } = plan;
  const named = ran.filter(({ role }) => role === 'named');
  const controls = ran.filter(({ role }) => role === 'control');
  // Named targets first: they are what was asked for.
  const targets = [...named, ...controls].map((one) => describe(one, facts));
  const verdicts = targets.flatMap((target) =>
    target.outcome === 'judged' && target.role === 'named' ? [target.verdict] : [],
  );
  const report: Omit<Report, 'exitCode'> = {
    ...{ schema: 1, command: plan.command, ...invocationOf(plan, facts) },
    scenario: {
      ...scenarioOf(plan),
      ...(scenario.unjudged === undefined ? {} : { unjudged: scenario.unjudged }),
    },
    plan: {
      trials: plan.trials.trials,
      confidence: plan.trials.confidence,
      ...(plan.maxRate === undefined ? {} : { maxRate: plan.maxRate }),
      start: plan.start,
      processes: plan.processes,
      ...(plan.k6 === undefined ? {} : { engine: 'k6' as const }),
      ...(plan.load === undefined ? {} : { engine: 'autocannon' as const, load: plan.load }),
      ...(facts.strict ? { strict: true } : {}),
      ...(facts.required.length === 0 ? {} : { required: [...facts.required] }),
    },
    timeoutMs: plan.timeoutMs,
    ...(facts.budget === undefined ? {} : { budget: facts.budget }),
    targets,
    ...gates(targets, facts),
    verdict: verdicts.length === 0 ? null : worstVerdict(verdicts),
  };
  return redactDeep({ ...report, exitCode: exitCodeOf(report, facts) });
}

function gates(
  targets: readonly ReportTarget[],
  { limits = {}, environment, ran }: RunFacts,
): Pick<Report, 'gates'> {
  const asked = hasLimits(limits) ? gatesOf({ targets, environment }, limits) : [];
  const ofScript = ran
    .filter(({ role }) => role === 'named')
    .flatMap(({ target, thresholds = [] }) => thresholdGate(target.id, thresholds));
  return hasLimits(limits) || ofScript.length > 0 ? { gates: [...asked, ...ofScript] } : {};
}

function describe(one: RanTarget, facts: RunFacts): ReportTarget {
  const { target, role, file, exec, result } = one;
  const head = {
    ...{ id: target.id, role, summary: target.summary },
    ...(file === undefined ? {} : { file }),
    ...(exec === undefined ? {} : { exec }),
  };
  if (result.kind === 'skipped' || result.kind === 'could-not-run') return { ...head, ...notJudged(result) };

  const { history } = result.firstViolation ?? {};
  const control = role === 'named' ? controlOf(target, facts) : undefined;
  const seen = withDoubts(target, withErrorMessages(result.judgement), facts.plan);
  const judgement = control === undefined ? seen : applyControl(seen, control);
  const expectation = expectationOf(target, facts.plan);
  return {
    ...head,
    outcome: 'judged',
    ...judgement,
    ...(one.load === undefined ? {} : { load: one.load }),
    findings: judgement.findings.map((finding) => ({
      ...finding,
      ...(history !== undefined && finding.trial === judgement.trials.firstViolated
        ? { witnessEvents: witnessEvents(history.events, finding.witness) }
        : {}),
    })),
    ...(expectation === undefined
      ? {}
      : { expectation, ...standingOf(expectation, judgement, contradictingTrials(facts.plan)) }),
    ...(control === undefined || control.outcome === 'none' || control.outcome === 'itself'
      ? {}
      : { control: vouching(control, facts.ran) }),
  };
}

/** So many trials without what a target claims to happen contradict it: then a pass would exclude it as well. */
function contradictingTrials({ trials: { confidence }, maxRate = DEFAULTS.maxRate }: SessionPlan): number {
  return trialsNeeded(confidence, maxRate);
}

/** What became of the control of a target's store under the very conditions of this run. */
function controlOf(target: AnyTarget, { plan, ran }: RunFacts): ControlOutcome {
  const store = storesOf(target)[0]!;
  const control = plan.controls.get(target.api === undefined ? store : target.id);
  if (control === undefined) {
    return target.api === undefined ? { outcome: 'none', store } : referenceOf(target, ran);
  }
  const { shows } = control;
  const { id } = control.target;
  if (id === target.id) return { outcome: 'itself', target: id, shows };
  const result = ran.find((one) => one.target.id === id)?.result;
  switch (result?.kind) {
    case 'judged':
      return { outcome: 'ran', target: id, shows, judgement: result.judgement };
    case 'skipped':
    case 'could-not-run':
      return { outcome: 'could-not-run', target: id, shows, reason: result.error.message };
    case undefined:
      return { outcome: 'could-not-run', target: id, shows, reason: 'the run ended before it' };
  }
}

/** What became of the racy server of ours that ran in the place of a control. It runs where an API held. */
function referenceOf(target: AnyTarget, ran: readonly RanTarget[]): ControlOutcome {
  const reference = ran.find(({ vouchesFor }) => vouchesFor === target.id);
  if (reference === undefined) return { outcome: 'none', store: target.id };
  const of = { target: reference.target.id, shows: REFERENCE_SHOWS };
  const { result } = reference;
  return result.kind === 'judged'
    ? { outcome: 'ran', ...of, judgement: result.judgement }
    : { outcome: 'could-not-run', ...of, reason: result.error.message };
}

type Vouching = Exclude<ControlOutcome, { outcome: 'none' | 'itself' }>;

function vouching(control: Vouching, ran: readonly RanTarget[]): NonNullable<JudgedTarget['control']> {
  const problem = controlProblem(control);
  const description = ran.find(({ target }) => target.id === control.target)?.description;
  const firstCaught = control.outcome === 'ran' ? control.judgement.trials.firstViolated : undefined;
  const words = firstCaught === undefined ? 'it was caught' : `it was caught in trial ${firstCaught}`;
  return {
    target: control.target,
    caught: problem === undefined,
    shows: [...control.shows],
    reason: problem ?? words,
    ...(description === undefined ? {} : { description }),
  };
}
