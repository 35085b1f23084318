import { calls, testRun } from 'ballast/testing';
import { describe, expect, it } from 'vitest';
import { support } from './support.ts';

const script = [calls('order_status', { orderId: 'A-1234' }), 'Done.'];
const secrets = { 'shop-api': 'test-key' };
const shop = () => Response.json({ userId: 'ann', status: 'shipped' });

describe('the support agent', () => {
  it('tells users how far their own order is, and shows the key to the shop alone', async () => {
    const asked: RequestInit[] = [];
    const fetch = (_url: string, init: RequestInit) => {
      asked.push(init);
      return shop();
    };
    const run = await testRun(support, { task: 'Where is A-1234?', userId: 'ann' }, script, { secrets, fetch });
    expect(run.tools).toMatchObject([{ name: 'order_status', result: '{"status":"shipped"}' }]);
    expect(new Headers(asked[0]?.headers).get('authorization')).toBe('Bearer test-key');
    expect(JSON.stringify(run)).not.toContain('test-key');
  });

  it('tells nobody of an order of somebody else', async () => {
    const run = await testRun(support, { task: 'Where is A-1234?', userId: 'bob' }, script, { secrets, fetch: shop });
    expect(run.tools[0]?.result).toContain('no order of this number');
  });

  it('asks whoever is not signed in to sign in, and not the shop', async () => {
    const run = await testRun(support, 'Where is A-1234?', script, { secrets });
    expect(run.tools[0]?.result).toContain('sign in');
  });

  it('goes on where the shop hangs', async () => {
    const asked = { task: 'Where is A-1234?', userId: 'ann' };
    const run = await testRun(support, asked, script, { secrets, fetch: () => 'hangs' });
    expect(run.tools[0]?.result).toMatch(/^The shop does not answer/);
    expect(run.status).toBe('succeeded');
  });
});
