import type { Scenario } from '../core/scenario.js';
import type { Target } from '../core/target.js';
import type { Burst } from './contract.js';
import { textsOf, type BurstDefinition } from './definition.js';
import { readExpectation, type Expectation } from './expectation.js';
import { openExpressionThread } from './expression-thread.js';
import { readBurst, type BurstWords } from './read-burst.js';
import { burstScenario } from './scenario.js';
import { burstTarget } from './target.js';
import { parseTemplate } from './template.js';

/** A burst that was understood. */
export interface OpenBurst {
  readonly definition: BurstDefinition;
  readonly scenario: Scenario<Burst>;
  readonly target: Target<Burst>;
  close(): Promise<void>;
}

/** Reads words and expectations; adds every mistake to `problems`, and is undefined where there is any. Sends nothing. */
export async function openBurst(
  words: BurstWords,
  expect: readonly string[],
  problems: string[],
): Promise<OpenBurst | undefined> {
  const definition = readBurst(words, problems);
  const expectations: Expectation[] = [];
  for (const text of expect) {
    const expectation = await readExpectation(text, problems);
    if (expectation !== undefined) expectations.push(expectation);
  }
  problems.push(...expectations.flatMap((expectation) => unaskedFor(expectation, words)));
  if (definition === undefined || problems.length > 0) return undefined;
  const thread = openExpressionThread();
  const scenario = burstScenario(definition, expectations, thread);
  return {
    definition,
    scenario: { ...scenario, isRepeatable: isRepeatable(definition) },
    target: burstTarget(definition),
    close: () => thread.close(),
  };
}

function unaskedFor(expectation: Expectation, words: BurstWords): readonly string[] {
  if (expectation.kind === 'count') return [];
  return (['before', 'after'] as const)
    .filter((name) => expectation.names.includes(name) && words[name].length === 0)
    .map(
      (name) => `expected --${name} 'GET url' for --expect '${expectation.text}', which speaks of ${name}`,
    );
}

const SAFE = ['GET', 'HEAD', 'OPTIONS'];

/**
 * Whether a second trial begins as the first one did: something is reset, or each trial is about a thing of its own, or it is
 * compared with the state before it, or its requests change nothing by their method.
 */
function isRepeatable({ requests, reset, before }: BurstDefinition): boolean {
  if (reset.length > 0 || before.length > 0) return true;
  return requests.every(
    (request) =>
      SAFE.includes(request.method) ||
      textsOf(request).some((text) =>
        parseTemplate(text).names.some((name) => ['trial', 'fresh', 'random'].includes(name)),
      ),
  );
}
