import { bearer, declined, defineTool, fatal, safe, z } from 'ballast';
import { testTool } from 'ballast/testing';
import { describe, expect, it } from 'vitest';

const order = defineTool({
  name: 'cancel_order',
  description: 'Cancels an order.',
  input: z.strictObject({ orderId: z.string().check(z.maxLength(6)) }),
  secrets: { shop: { description: 'API key of the shop' } },
  endpoints: { shop: { url: 'https://shop.example.com', authorization: bearer('shop') } },
  sideEffects: true,
  requiresApproval: true,
  timeoutMs: 3_000,
  async run({ orderId }, { fetch, userId, metadata, log, sleep }) {
    if (userId === null) throw declined(safe`Nobody is signed in.`);
    if (orderId === 'closed') throw fatal(safe`The shop is closed.`);
    if (orderId === 'bug') return (undefined as unknown as { length: number }).length;
    if (orderId === 'stuck') return new Promise(() => undefined);
    log.info(safe`cancelling`, { attempts: 1 });
    await sleep(1_000);
    const response = await fetch('shop', `/orders/${orderId}?by=${userId}&from=${metadata['channel']}`);
    return response.text();
  },
});

const world = {
  userId: 'ann',
  metadata: { channel: 'chat' },
  secrets: { shop: 'a-key' },
  fetch: (url: string, { headers }: RequestInit) =>
    new Response(`${url} by ${new Headers(headers).get('authorization')?.length}`),
};

describe('one call of a tool', () => {
  it('runs as in a run, approved, for a user, with its secret, its log and its waits', async () => {
    expect(await testTool(order, { orderId: 'A-1' }, world)).toEqual({
      name: 'cancel_order',
      input: { orderId: 'A-1' },
      result: 'https://shop.example.com/orders/A-1?by=ann&from=chat by 12',
      isError: false,
      threw: undefined,
      log: [{ tool: 'cancel_order', level: 'info', message: 'cancelling', fields: { attempts: 1 } }],
      durationMs: 1_000,
    });
  });

  it.each([
    ['declines', { orderId: 'A-1' }, {}, 'Nobody is signed in.', 'AppError'],
    ['has a bug', { orderId: 'bug' }, world, /^The tool failed\. It is not known whether it took effect/, 'TypeError'],
    [
      'is given an input that its schema refuses',
      { orderId: 'A-123456' },
      world,
      /^The input is not valid: orderId /,
      null,
    ],
  ])('that %s shows what the model is told, and what was thrown', async (_title, input, options, result, name) => {
    const call = await testTool(order, input, options);
    expect(call.result).toMatch(result);
    expect(call.isError).toBe(true);
    expect((call.threw as Error | undefined)?.name ?? null).toBe(name);
  });

  it('that would end the run shows so', async () => {
    const call = await testTool(order, { orderId: 'closed' }, world);
    expect(call).toMatchObject({ result: null, isError: true, threw: { message: 'The shop is closed.' } });
  });

  it('that hangs is stopped at the tool’s own limit, in no time', async () => {
    const call = await testTool(order, { orderId: 'stuck' }, { ...world, hangs: true });
    expect(call.result).toMatch(/took too long/);
    expect(call.durationMs).toBe(3_000);
  });

  it('rejects for what is no tool', async () => {
    await expect(testTool({} as never, {})).rejects.toThrow(
      'The first argument is no tool: give one made by defineTool.',
    );
  });
});
