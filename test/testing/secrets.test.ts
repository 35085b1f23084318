import { describe, expect, it } from 'vitest';
import { bearer, declined, defineAgent, defineTool, fatal, label, safe, z } from '../../lib/index.ts';
import { calls, testRun } from '../../testing/index.ts';

const CANARY = 'sk-shop-canary-1234567890';
const seen: { userId: string | null; tenantId: string; runId: string }[] = [];

const orderStatus = defineTool({
  name: 'order_status',
  description: 'Tells how far an order is.',
  input: z.strictObject({ orderId: z.string() }),
  secrets: { shop: { description: 'API key of the shop' } },
  endpoints: { shop: { url: 'https://shop.example.com/api', authorization: bearer('shop') } },
  async run({ orderId }, { fetch, secret, userId, tenantId, runId }) {
    seen.push({ userId, tenantId, runId });
    const response = await fetch('shop', `/orders/${orderId}`);
    if (!response.ok) throw new Error(`refused with ${await secret('shop')}`);
    return await response.text();
  },
});

const SUPPORT = {
  name: 'support',
  description: 'Answers questions about orders.',
  system: 'You answer customers.',
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
};
const support = defineAgent({ ...SUPPORT, tools: [orderStatus] });

const script = [calls('order_status', { orderId: 'A-1' }), 'It is packed.'];
const asked = { task: 'Where is A-1?', userId: 'user-7' };

describe('a tool with a secret', () => {
  it.each([
    ['answers', (key: string | null) => new Response(`packed, asked with ${key}`)],
    ['is refused', () => new Response('who are you?', { status: 500 })],
  ])('shows it to nobody where its endpoint %s', async (_title, answer) => {
    let key: string | null = null;
    const run = await testRun(support, asked, script, {
      secrets: { shop: CANARY },
      fetch: (_url, { headers }) => answer((key = new Headers(headers).get('authorization'))),
    });
    expect(key).toBe(`Bearer ${CANARY}`);
    expect(JSON.stringify(run)).not.toContain(CANARY);
    expect(run.requests).toHaveLength(2);
    expect(run.telemetry.map(({ type }) => type)).toContain('tool.finished');
  });

  it.each([
    ['declines', declined, script],
    ['ends the run', fatal, script.slice(0, 1)],
  ])('shows it to nobody where it quotes it as it %s', async (_title, thrown, turns) => {
    const quoting = defineTool({
      name: 'order_status',
      description: 'Tells how far an order is.',
      input: z.strictObject({ orderId: z.string() }),
      secrets: { shop: { description: 'API key of the shop' } },
      async run(_input, { secret }) {
        throw thrown(safe`The shop does not know ${label(await secret('shop'))}.`);
      },
    });
    const agent = defineAgent({ ...SUPPORT, tools: [quoting] });
    const run = await testRun(agent, asked, turns, { secrets: { shop: CANARY } });
    const { requests, events, telemetry } = run;
    expect(JSON.stringify({ requests, events, telemetry })).not.toContain(CANARY);
    expect(run.error?.message ?? '').not.toContain(CANARY);
    expect(run.telemetry.map(({ type }) => type)).toContain('tool.finished');
  });

  it('knows for whom it is called', async () => {
    seen.length = 0;
    await testRun(support, asked, script, { secrets: { shop: CANARY }, fetch: () => new Response('packed') });
    expect(seen).toEqual([{ userId: 'user-7', tenantId: 'test', runId: expect.stringMatching(/^run_/) as string }]);
  });

  it('is the test’s mistake where the test gives none', async () => {
    const run = testRun(support, asked, script, { fetch: () => new Response('packed') });
    await expect(run).rejects.toThrow('A tool needs the secret shop, and the test gives none.');
  });
});
