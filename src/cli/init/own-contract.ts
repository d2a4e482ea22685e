import type { ContractTemplate } from './operations.js';

const definitions = (target: string) => `
// What clients may attempt, how they may be answered, and all that is stored before and after. Plain JSON; a type, no interface.
type Vouchers = {
  operations: {
    redeem: { input: { code: string; customer: number }; output: { result: 'redeemed' | 'refused' } };
  };
  initial: { code: string; uses: number };
  final: { redemptions: { code: string; customer: number }[] };
};

const vouchers = defineContract<Vouchers>({
  name: 'vouchers',
  summary: 'Customers redeem vouchers.',
  // What an operation touches: only those that share a key can race.
  operations: { redeem: { keys: ({ code }) => [code] } },
});

// What must hold, whoever came first. An operation without a clear answer (status 'info') may have happened, or not.
const neverTooOften: Checker<Vouchers> = {
  name: 'never redeemed too often',
  anomalies: ['redeemed-too-often'],
  check: ({ initial, operations, final }) => {
    const redeemed = operations.filter((one) => one.status === 'ok' && one.output.result === 'redeemed');
    const times = Math.max(redeemed.length, final.redemptions.length);
    if (times <= initial.uses) return [];
    return [
      {
        anomaly: 'redeemed-too-often',
        grade: 'violation',
        message: \`the voucher was redeemed \${times} times\`,
        expected: \`at most \${initial.uses}\`,
        observed: \`\${redeemed.length} customers were told so, \${final.redemptions.length} redemptions are stored\`,
        // The events that prove it.
        witness: redeemed.map(({ invokeIndex }) => invokeIndex),
      },
    ];
  },
};

const redeemAtOnce = defineScenario<Vouchers, { clients: number; uses: number }>({
  name: 'redeem-at-once',
  contract: vouchers,
  summary: 'Everybody redeems the same voucher at once.',
  describe: ({ clients, uses }) => \`\${clients} customers, \${uses} of them may\`,
  source: 'our own need',
  // Each is a flag: --clients 100 --uses 3
  parameters: {
    clients: { default: 10, min: 2, max: 1_000, describe: 'customers, one attempt each' },
    uses: { default: 1, min: 1, max: 1_000, describe: 'how often the voucher may be redeemed' },
  },
  initial: ({ uses }) => ({ code: 'SUMMER', uses }),
  attempts: ({ clients }) =>
    Array.from({ length: clients }, (_, customer) => ({ f: 'redeem', input: { code: 'SUMMER', customer } })),
  checkers: [neverTooOften],
  // The columns of the table, and what they are where everything goes right.
  tally: ({ operations }) => {
    const told = (result: string) =>
      operations.filter((one) => one.status === 'ok' && one.output.result === result).length;
    return { redeemed: told('redeemed'), refused: told('refused') };
  },
  expected: ({ clients, uses }) => ({
    redeemed: Math.min(clients, uses),
    refused: Math.max(0, clients - uses),
  }),
  // Targets on other stores would name theirs; an API is vouched for by a racy server of race-check's, or names its own.
  controls: {},
  defaultTarget: 'http/${target}',
  small: { clients: 2 },
});
`;

const REDEEM = `      redeem: {
        request: ({ code, customer }) => ({
          method: 'POST',
          path: \`/api/vouchers/\${code}/redemptions\`,
          body: { customer },
        }),
        // 201: redeemed. 409: it was redeemed as often as it may be.
        outcome: (answer) => ({ result: answer.status === 201 ? 'redeemed' : 'refused' }),
      },`;

/** For an API that is none of ours: a contract, a scenario and a checker in the same file, to be made one's own. */
export const OWN_CONTRACT: ContractTemplate = {
  contract: 'own',
  question: 'something else: a contract, a scenario and a checker of your own, to begin with',
  finalType: "Vouchers['final']",
  scenario: 'redeem-at-once',
  operations: REDEEM,
  own: { name: 'vouchers', scenario: 'redeemAtOnce', definitions, shows: 'redeemed-too-often' },
};
