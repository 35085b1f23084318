import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { budgetOf, recordsOf } from '../api/books.ts';
import { type Caller, type Fleet, startFleet } from '../api/fleet.ts';
import { rejection } from '../local/simulated-claude/ask.ts';
import { stretch } from '../stretched.ts';
import { reply } from '../upstream/answers.ts';
import { gatedBefore, gatedHeaders } from '../upstream/broken.ts';
import { createGate } from '../upstream/gate.ts';
import { post, postStream, question } from './ask.ts';
import { createClient, SDKS } from './sdks.ts';

let fleet: Fleet;
beforeAll(async () => {
  fleet = await startFleet();
});
afterAll(() => fleet[Symbol.asyncDispose]());

const WITHIN_MS = 1_000 * stretch();

/** Nothing is held back any more, and the one attempt is on the books as one that was not answered. */
const settled = async (caller: Caller) => {
  await expect.poll(async () => (await budgetOf(caller)).day.reserved).toBe(0n);
  const records = await recordsOf(fleet.engine, caller.tenantId);
  expect(records).toHaveLength(1);
  expect((await budgetOf(caller)).day.spent).toBe(BigInt(records[0]?.['costPicoUsd']?.N ?? -1));
  return (await budgetOf(caller)).day.spent;
};

describe.each(SDKS)('%s that is told to stop', (_title, Sdk) => {
  it('in the middle of a stream stops the upstream within a second, and pays at least for what it asked', async () => {
    const caller = await fleet.addTenant({ dailyBudgetUsd: '1' });
    fleet.upstream.script('*', [gatedBefore(5, createGate(), reply('and so on, and so on, and so on'))]);
    const index = fleet.upstream.requests.length;
    const stream = await createClient(Sdk, fleet.servers[0], caller).messages.create({ ...question(), stream: true });
    let leftAt = Infinity;
    for await (const event of stream) {
      if (event.type !== 'content_block_delta') continue;
      leftAt = performance.now();
      stream.controller.abort();
    }
    await fleet.upstream.aborted(index);
    expect(performance.now() - leftAt).toBeLessThan(WITHIN_MS);
    // 100 tokens of input at 2 US dollars a million.
    expect(await settled(caller)).toBeGreaterThanOrEqual(200_000_000n);
  });

  it.each([
    ['before the upstream has said anything', gatedHeaders],
    [
      'before the first content',
      (gate: ReturnType<typeof createGate>, answer: ReturnType<typeof reply>) => gatedBefore(2, gate, answer),
    ],
  ])('%s stops it as soon, asked as JSON or as a stream', async (_when, gated) => {
    for (const stream of [false, true]) {
      const caller = await fleet.addTenant({ dailyBudgetUsd: '1' });
      const gate = createGate();
      fleet.upstream.script('*', [gated(gate, reply())]);
      const index = fleet.upstream.requests.length;
      const leave = new AbortController();
      const { messages } = createClient(Sdk, fleet.servers[0], caller);
      const asking = rejection(messages.create({ ...question(), stream }, { signal: leave.signal }));
      await gate.reached;
      const leftAt = performance.now();
      leave.abort();
      expect(await asking).toBeInstanceOf(Sdk.APIUserAbortError);
      await fleet.upstream.aborted(index);
      expect(performance.now() - leftAt).toBeLessThan(WITHIN_MS);
      await settled(caller);
    }
  });
});

it('whoever leaves gives its place to the next', async () => {
  const caller = await fleet.addTenant({ maxConcurrentRuns: 1 });
  fleet.upstream.script('*', [gatedBefore(5, createGate(), reply('and so on, and so on')), reply()]);
  const leave = new AbortController();
  const held = await postStream(caller, {}, { signal: leave.signal });
  const refused = await post(caller, question(), { server: fleet.servers[1] });
  expect(refused.status).toBe(429);
  expect(held.status).toBe(200);
  leave.abort();
  const next = async () => (await post(caller, question(), { server: fleet.servers[1] })).status;
  await expect.poll(next).toBe(200);
});
