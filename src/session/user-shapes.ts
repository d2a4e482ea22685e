import { z } from 'zod';
import { EXPECTATIONS } from '../core/target.js';
import type { AnyScenario, AnyTarget } from './choice.js';

export const KEBAB = /^[a-z0-9-]+$/;

const callable = z.custom((value) => typeof value === 'function', 'expected a function');
const contractShape = z.looseObject({ name: z.string().min(1), operations: z.looseObject({}) });

const targetShape = z.looseObject({
  id: z.string().regex(/^[a-z0-9-]+\/[a-z0-9-]+$/, 'expected an id such as "postgres/my-strategy"'),
  contract: z.string().min(1),
  open: callable,
  expectations: z
    .record(z.string(), z.enum(EXPECTATIONS, `expected one of ${EXPECTATIONS.join(', ')}`))
    .optional(),
});

const scenarioShape = z.looseObject({
  name: z.string().regex(KEBAB, 'expected small letters, digits and dashes'),
  contract: contractShape,
  describe: callable,
  parameters: z.looseObject({}),
  initial: callable,
  attempts: callable,
  checkers: z
    .array(z.looseObject({ name: z.string(), check: callable }), 'expected a list of checkers')
    .min(1, 'expected a checker at least'),
  tally: callable,
  expected: callable,
  controls: z.looseObject({}),
  defaultTarget: z.string(),
});

/** The parts without which there is no scenario, in the order in which one is written. */
export const SCENARIO_PARTS = Object.keys(scenarioShape.shape) as readonly (keyof AnyScenario)[];

/** An API's definition knows what is wrong with it, in its own words. */
export function targetProblems(target: unknown): readonly string[] {
  const { api } = (target ?? {}) as Partial<AnyTarget>;
  return api !== undefined && api.problems.length > 0 ? api.problems : shapeProblems(targetShape, target);
}

/** What is wrong with what should be a scenario, part by part. */
export function scenarioProblems(scenario: unknown): readonly string[] {
  return shapeProblems(scenarioShape, scenario);
}

function shapeProblems(shape: z.ZodType, value: unknown): readonly string[] {
  const parsed = shape.safeParse(value);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path: at, message }) =>
        at.length === 0 ? message : `${at.join('.')}: ${message}`,
      );
}
