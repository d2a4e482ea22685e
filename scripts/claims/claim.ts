import type { Report } from '../../src/report/report.js';

/** What became of a claim. A condition completes the words `only if`. */
export type Verdict = 'confirmed' | 'refuted' | 'not settled here' | `only if ${string}`;

export interface Finding {
  readonly verdict: Verdict;
  /** One line, without date and server. */
  readonly evidence: string;
}

/** A claim that a run can put to the test. */
export interface TestedClaim {
  /** As the text has it, in one sentence. */
  readonly claim: string;
  /** What a reader types after `race-check `. */
  readonly commands: readonly [string, ...string[]];
  /**
   * The same number of commands, small and with scaled times, that must give the same verdict: what the tests run by
   * default. A claim without them is only run as a whole.
   */
  readonly quick?: readonly [string, ...string[]];
  /** Pure: from the reports of the commands, in their order. */
  judge(...reports: Report[]): Finding;
}

/** A claim that no run of today's scenarios can settle. */
export interface UntestedClaim {
  readonly claim: string;
  readonly untested: string;
}

export type Claim = TestedClaim | UntestedClaim;

/** The claims of one text. Its letter and a claim's place make the claim's name: `A1`. */
export interface ClaimedSystem {
  readonly letter: string;
  /** What the text is about, as a heading. */
  readonly subject: string;
  /** The system that it describes, in one sentence. */
  readonly about: string;
  /** Of the commands those that mostly wait, so that they can run beside the others. */
  readonly waiting?: readonly string[];
  readonly claims: readonly Claim[];
}

export function isTested(claim: Claim): claim is TestedClaim {
  return 'commands' in claim;
}
