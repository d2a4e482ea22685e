import type { Json } from '../core/json.js';
import type { Scenario } from '../core/scenario.js';
import { demandNone } from '../core/usage-error.js';
import type { Burst } from './contract.js';
import { readExpectation, type Expectation } from './expectation.js';
import { openExpressionThread } from './expression-thread.js';
import { burstScenario } from './scenario.js';

/**
 * The scenario of a recorded burst: its history holds what was expected of it. Throws UsageError where that cannot be read;
 * whether the rest fits is the contract's to say.
 */
export async function recordedBurst(initial: Json): Promise<Scenario<Burst>> {
  const { expect } = (initial ?? {}) as { readonly expect?: unknown };
  const texts = Array.isArray(expect) ? expect.filter((text) => typeof text === 'string') : [];
  const problems: string[] = [];
  const expectations: Expectation[] = [];
  for (const text of texts) {
    const expectation = await readExpectation(text, problems);
    if (expectation !== undefined) expectations.push(expectation);
  }
  demandNone(problems);
  return burstScenario({ requests: [], rows: [] }, expectations, openExpressionThread());
}
