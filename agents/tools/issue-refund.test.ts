import { z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { issueRefund } from './issue-refund.ts';

const refund = (input: object, idempotencyKey: string) =>
  issueRefund.run(z.parse(issueRefund.input, input) as never, { idempotencyKey } as never) as Record<string, string>;
const accepts = (input: unknown) => z.safeParse(issueRefund.input, input).success;

describe('issue_refund', () => {
  it('is marked as a tool with an effect that a person approves', () => {
    expect(issueRefund).toMatchObject({ sideEffects: true, requiresApproval: true });
  });

  it('gives a call that is repeated the same receipt, and another call another', () => {
    const input = { orderId: 'A-17', amountUsd: '12.50' };
    const receipt = refund(input, 'run_1:toolu_1');
    expect(refund(input, 'run_1:toolu_1')).toEqual(receipt);
    expect(refund(input, 'run_1:toolu_2')['refundId']).not.toBe(receipt['refundId']);
    expect(receipt).toMatchObject({ orderId: 'A-17', amountUsd: '12.50', status: 'simulated' });
    expect(receipt['refundId']).toMatch(/^sample-refund-[0-9a-f]{24}$/);
  });

  it.each(['0.01', '0.5', '1', '12.50', '999999999999.99'])('takes an amount of %s', (amountUsd) => {
    expect(accepts({ orderId: 'A-17', amountUsd })).toBe(true);
  });

  it.each([
    '0',
    '0.0',
    '0.00',
    '-1',
    '+1',
    '1.',
    '.5',
    '1.234',
    '01',
    '1e3',
    '1,000',
    ' 1',
    '1\n',
    '',
    '\u0661',
    '1000000000000',
  ])('refuses an amount of %j', (amountUsd) => {
    expect(accepts({ orderId: 'A-17', amountUsd })).toBe(false);
  });

  it('refuses an amount that is a number: money is text', () => {
    expect(accepts({ orderId: 'A-17', amountUsd: 12.5 })).toBe(false);
  });

  it('takes an order of 1 to 64 letters, digits and hyphens and no other field', () => {
    const order = (orderId: string, more = {}) => accepts({ orderId, amountUsd: '1', ...more });
    expect(order('a'.repeat(64))).toBe(true);
    expect(['', 'a'.repeat(65), 'A 17', 'A/17', 'A-17\n', 'Ä'].some((id) => order(id))).toBe(false);
    expect(order('A-17', { note: 'x' })).toBe(false);
  });
});
