import { defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { createBudgets } from '../../lib/budget/budgets.ts';
import { createMemoryBudgetStore } from '../../lib/budget/memory-store.ts';
import { pico, type PicoUsd, plus, ZERO } from '../../lib/kernel/money.ts';
import { supervisedAttempt } from '../../lib/model-call/attempt/supervised-attempt.ts';
import type { RunAccount } from '../../lib/model-call/booking/run-account.ts';
import { withBudget } from '../../lib/model-call/with-budget.ts';
import { createPriceTable } from '../../lib/pricing/price-table.ts';
import { PUBLISHED_PRICES } from '../../lib/pricing/prices.ts';
import { createMemoryUsageStore } from '../../lib/usage/memory-store.ts';
import { playLoop } from '../agent/play-loop.ts';
import { createFakeClock } from '../fake-clock.ts';

/** Model calls of the run: it looks after each but the last. */
const CALLS = 10;

const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
const agent = defineAgent({
  name: 'looker',
  description: '',
  system: 'You are a test.',
  tools: [look],
  models: { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' },
  maxOutputTokens: 400,
});

const sse = (type: string, body: object) => {
  const data = JSON.stringify({ type, ...body });
  return { bytes: Buffer.from(`event: ${type}\ndata: ${data}\n\n`), event: type, data };
};

/** Its price. */
const OUTPUT_TOKEN = 10_000_000n;

/** 100 tokens in and all that it may say out: 2 and 10 USD a million, as claude-sonnet-5-5 costs. */
const costOf = (maxTokens: number): PicoUsd => pico(100n * 2_000_000n + BigInt(maxTokens) * OUTPUT_TOKEN);

async function* answer(call: number, model: string, maxTokens: number) {
  const usage = { input_tokens: 100, output_tokens: 1 };
  yield sse('message_start', {
    message: { id: 'm', type: 'message', role: 'assistant', model, content: [], stop_reason: null, usage },
  });
  const block =
    call < CALLS ? { type: 'tool_use', id: `use_${call}`, name: 'look', input: {} } : { type: 'text', text: '' };
  yield sse('content_block_start', { index: 0, content_block: block });
  if (call === CALLS) yield sse('content_block_delta', { index: 0, delta: { type: 'text_delta', text: 'Seen.' } });
  yield sse('content_block_stop', { index: 0 });
  const stop = call < CALLS ? 'tool_use' : 'end_turn';
  yield sse('message_delta', { delta: { stop_reason: stop }, usage: { ...usage, output_tokens: maxTokens } });
  yield sse('message_stop', {});
}

class Suspended extends Error {}

/** A run that pauses where its limit has no room; each `play` is a worker that replays it and goes on until it pauses or ends. */
const createPausingRun = () => {
  const kept = new Map<string, string>();
  const waited = new Set<string>();
  const billed: PicoUsd[] = [];
  let over: string | null = null;
  let [account, bound]: [RunAccount | null, PicoUsd] = [null, ZERO];
  /** The most that was spent and held back at once, under the limit of that moment. */
  let held = ZERO;
  const clock = createFakeClock();
  const parts = {
    clock,
    prices: createPriceTable(PUBLISHED_PRICES),
    emit: () => {},
    usage: createMemoryUsageStore(),
    budgets: createBudgets(createMemoryBudgetStore()),
    limits: { firstContentMs: 30_000, idleMs: 30_000 },
    provider: {
      countTokens: () => Promise.resolve(100),
      stream: (request: { model: string; max_tokens: number }) => {
        held = plus(account?.spent ?? ZERO, account?.reserved ?? ZERO);
        expect(held).toBeLessThanOrEqual(bound);
        billed.push(costOf(request.max_tokens));
        return Promise.resolve({ requestId: 'r', events: answer(billed.length, request.model, request.max_tokens) });
      },
    },
  } as unknown as Parameters<typeof withBudget>[0] & Parameters<typeof supervisedAttempt>[0];
  const callModel = withBudget(parts)(supervisedAttempt(parts));

  const play = async (limit: PicoUsd): Promise<'paused' | 'ended'> => {
    bound = limit;
    const total = () => billed.reduce(plus, ZERO);
    try {
      const { result } = await playLoop({
        agent,
        kept,
        limit,
        account: (made) => (account = made),
        async answer(_call, request, context) {
          const outcome = await callModel(request, { ...context, key: { id: 'k', value: 'k' } });
          await context.background.flush();
          // What the provider has billed by now is within the limit, and on the run's account.
          expect(total()).toBeLessThanOrEqual(limit);
          expect(account?.spent).toBe(total());
          return outcome;
        },
        steering: {
          // A wait that is over stands in the journal: whoever replays the run goes on behind it.
          waitForRoom(modelCall, round) {
            const name = `${modelCall}.${round}`;
            if (waited.has(name)) return Promise.resolve({ reason: 'budget', since: 0, until: 1_000, isResumed: true });
            waited.add(name);
            return Promise.reject(new Suspended());
          },
        },
      });
      over = result.output;
      expect(result.ending).toEqual({ stop: 'end_turn' });
      return 'ended';
    } catch (error) {
      if (error instanceof Suspended) return 'paused';
      throw error;
    }
  };
  return {
    play,
    get held() {
      return held;
    },
    get paid() {
      return billed.length;
    },
    get output() {
      return over;
    },
  };
};

/** How many calls are paid before a run with this limit pauses. */
const paidWithin = async (limit: PicoUsd): Promise<number> => {
  const run = createPausingRun();
  await run.play(limit);
  return run.paid;
};

const UNLIMITED = pico(10n ** 15n);

/** The smallest limit within which so many calls are paid. */
const borderOf = async (calls: number): Promise<PicoUsd> => {
  let [low, high] = [0n, BigInt(calls) * 40_000_000_000n];
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if ((await paidWithin(pico(middle))) >= calls) high = middle;
    else low = middle;
  }
  return pico(high);
};

it('a run pauses at each border of its limit, and pays for ten calls in all once it is raised', async () => {
  for (let calls = 1; calls <= CALLS; calls += 1) {
    const border = await borderOf(calls);
    for (const by of [-1n, 0n, 1n]) {
      const limit = pico(border + by);
      const run = createPausingRun();
      const ended = await run.play(limit);
      expect(run.paid).toBe(by < 0n ? calls - 1 : calls);
      // The call that fits at the border takes all that there is: the first to the unit, the others to the token that they may say.
      if (by === 0n) expect(limit - run.held).toBeLessThan(calls === 1 ? 1n : OUTPUT_TOKEN);
      expect(ended).toBe(by >= 0n && calls === CALLS ? 'ended' : 'paused');
      // Woken without room it pauses again, and pays nothing.
      if (ended === 'paused')
        expect([await run.play(limit), run.paid]).toEqual(['paused', by < 0n ? calls - 1 : calls]);
      if (ended === 'paused') expect(await run.play(UNLIMITED)).toBe('ended');
      expect([run.paid, run.output]).toEqual([CALLS, 'Seen.']);
    }
  }
});
