import { type Agent, defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { silentStream } from '../../lib/agent/loop/run-stream.ts';
import type { Decision, RunMessage, Steering } from '../../lib/agent/loop/steering.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { formatUsd, pico } from '../../lib/kernel/money.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { notMade, refusal } from '../../lib/model-call/faults.ts';
import type { ModelRequest } from '../../lib/model-call/provider.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import { NO_TOKENS } from '../../lib/usage/record.ts';
import { playLoop } from './play-loop.ts';
import { failing } from './reflecting.ts';
import { answer, text, use } from './run-parts.ts';

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
const agentWith = (...tools: ReturnType<typeof defineTool>[]): Agent =>
  defineAgent({ name: 'steered', description: '', system: 'You are a test.', models, tools });

const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });

/** An inbox of messages, of which each call of `unread` finds those that had come by then. */
const inboxOf = (arrivals: readonly (RunMessage & { readonly at: number })[], closes = true) => {
  let looks = 0;
  const come = () => arrivals.filter(({ at }) => at <= looks);
  const steering: Partial<Steering> = {
    unread: async (read) => {
      looks += 1;
      return come()
        .slice(read)
        .map(({ messageId, content }) => ({ messageId, content }));
    },
    close: async (read) => {
      looks += 1;
      return closes && come().length <= read;
    },
  };
  return steering;
};

const BOOKED = {
  model: 'claude-sonnet-5-5',
  tokens: NO_TOKENS,
  reserved: pico(9n),
  at: 0,
  durationMs: 0,
  firstContentMs: null,
  fault: 'overloaded' as const,
  estimated: null,
  upstreamRequestId: null,
};

const lastTurn = (request: ModelRequest | undefined) => request?.messages.at(-1);

it('a message is read once, by the next call, behind the results of tools', async () => {
  const script = [answer([use('look', {}, 'a')]), answer([text('Done.')])];
  const { result, requests } = await playLoop({
    agent: agentWith(look),
    answer: (call) => script[call - 1] as Outcome,
    steering: inboxOf([
      { at: 1, messageId: 'm1', content: 'Hurry.' },
      { at: 2, messageId: 'm2', content: 'And be brief.' },
    ]),
  });
  expect(result).toMatchObject({ ending: { stop: 'end_turn' }, output: 'Done.' });
  const [first, second] = requests.map(([, request]) => request);
  expect(first?.messages).toEqual([
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Do it.' },
        { type: 'text', text: 'Hurry.' },
      ],
    },
  ]);
  expect(lastTurn(second)).toEqual({
    role: 'user',
    content: [
      { type: 'tool_result', tool_use_id: 'a', content: 'seen' },
      { type: 'text', text: 'And be brief.' },
    ],
  });
  expect(JSON.stringify(second).match(/Hurry/g)).toHaveLength(1);
});

it('a run that wants to end reads first what has come, and answers it', async () => {
  const script = [answer([text('One.')]), answer([text('Two.')])];
  const { result, requests, names } = await playLoop({
    agent: agentWith(look),
    answer: (call) => script[call - 1] as Outcome,
    steering: inboxOf([{ at: 2, messageId: 'm1', content: 'One more thing.' }]),
  });
  expect(result).toMatchObject({ ending: { stop: 'end_turn' }, output: 'Two.' });
  expect(lastTurn(requests[1]?.[1])).toEqual({ role: 'user', content: [{ type: 'text', text: 'One more thing.' }] });
  expect(names).toEqual(['model-1', 'close-1', 'model-2', 'close-2']);
});

it('a call that is interrupted leaves nothing but its costs, and the next one reads the message', async () => {
  let interrupted = false;
  const shown: string[] = [];
  const { result, requests } = await playLoop({
    agent: agentWith(look),
    answer: (call) => {
      interrupted = call === 1;
      return call === 1 ? failing('cancelled', 'I will now') : answer([text('Stopped.')]);
    },
    steering: {
      ...inboxOf([{ at: 2, messageId: 'm1', content: 'Stop.' }]),
      interrupted: () => interrupted,
    },
    stream: { ...silentStream, textIs: (is) => void shown.push(is) },
  });
  expect(result).toMatchObject({ ending: { stop: 'end_turn' }, output: 'Stopped.', totals: { modelCalls: 1 } });
  expect(JSON.stringify(requests[1])).not.toContain('I will now');
  expect(lastTurn(requests[1]?.[1])).toMatchObject({ content: [{ text: 'Do it.' }, { text: 'Stop.' }] });
  expect(shown).toEqual(['', 'Stopped.']);
});

const refused = (): Outcome => ({
  ...failing('cancelled'),
  ok: false,
  fault: refusal(new AppError('budget-exceeded', safe`No room.`)),
});

it('a call without room waits, and the same call is made again; without a wait it ends the run', async () => {
  const waited: string[] = [];
  const tries: (string | undefined)[] = [];
  const play = (goesOn: (round: number) => boolean) =>
    playLoop({
      agent: agentWith(look),
      answer: (call, _request, { again }) => {
        tries.push(again);
        if (call === 1) return answer([use('look', {}, 'a')]);
        return tries.length < 4 ? refused() : answer([text('Paid.')]);
      },
      steering: {
        waitForRoom: async (call, round, { reason }) => {
          waited.push(`${call}.${round} ${reason}`);
          return goesOn(round) ? { reason, since: 0, until: 1_000, isResumed: false } : null;
        },
      },
    });
  const { result, names } = await play(() => true);
  expect(result).toMatchObject({ output: 'Paid.', totals: { modelCalls: 2 } });
  expect(names).toEqual(['model-1', 'tool-1-a', 'model-2', 'model-2.2', 'model-2.3', 'close-1']);
  expect(waited).toEqual(['2.1 budget', '2.2 budget']);
  // Each try has attempts of its own on the books.
  expect(tries).toEqual([undefined, undefined, '2.1', '3.1']);

  tries.length = 0;
  expect((await play(() => false)).result).toMatchObject({ ending: { stop: 'budget' } });
});

const storeAway = (): Outcome => notMade(refusal(new AppError('store-unavailable', safe`The store does not answer.`)));

it('a call that the store refuses is tried again, with what it has cost, under attempts of its own', async () => {
  const tries: (string | undefined)[] = [];
  const outages: object[] = [];
  const { result, names } = await playLoop({
    agent: agentWith(),
    answer: (_call, _request, context) => {
      tries.push(context.again);
      if (tries.length === 3) return answer([text('Paid.')]);
      // The first attempt was paid and failed, and its retry was refused.
      if (tries.length === 1) context.booked.push({ ...BOOKED, cost: pico(7n) });
      return storeAway();
    },
    steering: {
      nextTry: (outage) => {
        outages.push(outage);
        return { again: true, at: outage.until + 1_000 };
      },
    },
  });
  expect(result).toMatchObject({ output: 'Paid.', totals: { modelCalls: 1 } });
  expect(names).toEqual(['model-1', 'model-1.2', 'model-1.3', 'close-1']);
  expect(tries).toEqual([undefined, '2.1', '3.1']);
  expect(outages).toMatchObject([
    { refusals: 1, unsent: ['run_1:1:2'] },
    { refusals: 2, unsent: ['run_1:1:2', 'run_1:1.2.1:1'] },
  ]);
  expect(result.steps.map(({ kind, name, costUsd }) => [kind, name, costUsd])).toEqual([
    ['model', 'claude-sonnet-5-5', formatUsd(pico(7n))],
    ['wait', 'store', undefined],
    ['model', 'claude-sonnet-5-5', '0'],
  ]);
});

it('a call that the store refuses is given up where it says so: as an error, or as a limit once something was said', async () => {
  const play = (first: Outcome) =>
    playLoop({
      agent: agentWith(look),
      answer: (call) => (call === 1 ? first : storeAway()),
      steering: { nextTry: () => ({ again: false, limit: 'deadline' }) },
    });
  expect((await play(storeAway())).result).toMatchObject({ ending: { error: { code: 'store-unavailable' } } });
  const said = answer([text('So far.'), use('look', {}, 'a')]);
  expect((await play(said)).result).toMatchObject({ ending: { stop: 'deadline' }, output: 'So far.' });
});

const decided = { askedAt: 1_000, decidedAt: 3_500 };
const DECISIONS: Readonly<Record<string, Decision>> = {
  yes: { ...decided, decision: 'approve' },
  no: { ...decided, decision: 'deny', reason: 'Too much.' },
  late: { ...decided, decision: 'deny', expired: true },
  other: { ...decided, decision: 'edit', input: { amount: 1 }, reason: 'One will do.' },
};

it('tools that need approval run as a person decided; the others do not wait for it', async () => {
  const paid: number[] = [];
  const order: string[] = [];
  const pay = defineTool({
    name: 'pay',
    description: '',
    input: z.object({ amount: z.number() }),
    requiresApproval: true,
    sideEffects: true,
    run: ({ amount }) => {
      paid.push(amount);
      return `paid ${amount}`;
    },
  });
  const asks = ['yes', 'no', 'late', 'other'].map((id) => use('pay', { amount: 7 }, id));
  const script = [answer([...asks, use('pay', { amount: 'x' }, 'bad'), use('look', {}, 'a')]), answer([text('Done.')])];
  const { result, requests } = await playLoop({
    agent: agentWith(look, pay),
    answer: (call) => script[call - 1] as Outcome,
    steering: {
      decide: async (_call, uses) => {
        order.push(`asked ${uses.map(({ id }) => id).join(' ')}`);
        return new Map(Object.entries(DECISIONS));
      },
    },
    stream: { ...silentStream, toolStarted: (id) => void order.push(id) },
  });
  expect(paid).toEqual([7, 1]);
  expect(order).toEqual(['bad', 'a', 'asked yes no late other', 'yes', 'other']);
  expect(lastTurn(requests[1]?.[1])?.content).toMatchObject([
    { tool_use_id: 'yes', content: 'paid 7' },
    { tool_use_id: 'no', content: 'A person denied this call. Their reason: Too much.', is_error: true },
    { tool_use_id: 'late', content: 'Nobody approved this call in time, so it was not made.', is_error: true },
    {
      tool_use_id: 'other',
      content:
        'A person changed the input of this call before it ran, to {"amount":1}. They said: One will do.\npaid 1',
    },
    { tool_use_id: 'bad', is_error: true },
    { tool_use_id: 'a', content: 'seen' },
  ]);
  expect(result.steps.filter(({ kind }) => kind === 'approval')).toMatchObject([
    { name: 'pay', status: 'succeeded', durationMs: 2_500 },
    { status: 'failed', error: { code: 'denied' } },
    { status: 'failed' },
    { status: 'succeeded' },
  ]);
});

it('a message at the limit takes nothing away of what was said', async () => {
  const shown: string[] = [];
  const once = defineAgent({ name: 'once', description: '', system: 'x', models, maxModelCalls: 1 });
  const { result } = await playLoop({
    agent: once,
    maxModelCalls: 1,
    answer: () => answer([text('The whole answer.')]),
    steering: inboxOf([{ at: 2, messageId: 'm1', content: 'One more thing.' }]),
    stream: { ...silentStream, textIs: (is) => void shown.push(is) },
  });
  expect(result).toMatchObject({ ending: { stop: 'max_model_calls' }, output: 'The whole answer.' });
  expect(shown.at(-1)).toBe('The whole answer.');
});
