import { createHash } from 'node:crypto';
import { defineTool, z } from 'ballast';

/** More than zero, no superfluous zeros in front, at most two digits after the point. */
const AMOUNT = /^(?!0+(?:\.0+)?$)(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,2})?$/;

/**
 * A sample of a tool that changes the world, and so waits for a person; it moves no money itself.
 * A real one hands `idempotencyKey` to the payment provider, so that a repeated call refunds once.
 */
export const issueRefund = defineTool({
  name: 'issue_refund',
  description:
    'Refunds an order in US dollars, after a person has approved it. Use it only when the user asks for a refund and ' +
    'has given the order and the amount. Gives back a receipt. This is a sample: no money moves.',
  input: z.strictObject({
    orderId: z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/), z.describe('1 to 64 letters, digits and hyphens.')),
    amountUsd: z
      .string()
      .check(
        z.regex(AMOUNT),
        z.describe('US dollars as a decimal string, more than zero, at most two digits after the point: "12.50".'),
      ),
  }),
  sideEffects: true,
  requiresApproval: true,
  run: ({ orderId, amountUsd }, { idempotencyKey }) => ({
    refundId: `sample-refund-${createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 24)}`,
    orderId,
    amountUsd,
    status: 'simulated',
    note: 'A sample receipt: no money has moved.',
  }),
});
