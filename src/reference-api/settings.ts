import { z } from 'zod';

const address = z.looseObject({
  store: z.string(),
  host: z.string(),
  port: z.number().int(),
  namespace: z.string(),
});

/** What the server is told in the variable `RACE_CHECK_REFERENCE_API`. */
export const settingsSchema = z.object({
  contract: z.string(),
  /** Of our own: `postgres/for-update`. */
  target: z.string(),
  addresses: z.array(address),
  /** The scenario's numbers, which strategies read: how often to retry, how long a booking lasts. */
  parameters: z.record(z.string(), z.number()),
  /** Make what is needed in the stores. Not where another server on them has. */
  setup: z.boolean().default(true),
  /** Routes that reset and show everything. Never where anybody but a test can reach them. */
  testRoutes: z.boolean().default(false),
});

export type Settings = z.infer<typeof settingsSchema>;
