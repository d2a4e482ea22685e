import type { Routes } from '../../../src/http/routes.js';
import type { CustomerOutcome, Customers } from '../../../scenarios/customers/contract.js';

const STATUS: Readonly<Record<CustomerOutcome['result'], number>> = {
  created: 201,
  found: 200,
  rejected: 422,
};

/** `POST /api/customers`: 201 with the new number, 200 with the one that the phone has, or 422 with the reason. */
export const routes: Routes<Customers> = {
  create: {
    method: 'POST',
    path: '/api/customers',
    request: (input) => ({ path: '/api/customers', body: input }),
    input: ({ body }) => body,
    answer: (outcome) => ({
      status: STATUS[outcome.result],
      body: outcome.result === 'rejected' ? { message: outcome.reason } : { customerNumber: outcome.number },
    }),
    outcome: (answer): CustomerOutcome => {
      const { customerNumber, message } = answer.json() as {
        readonly customerNumber: string;
        readonly message: string;
      };
      if (answer.status === STATUS.rejected) return { result: 'rejected', reason: message };
      return { result: answer.status === STATUS.created ? 'created' : 'found', number: customerNumber };
    },
  },
};
