import { type Agent, defineAgent, defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import type { Decision, RunMessage, Waited } from '../../lib/agent/loop/steering.ts';
import { LEAST_WAIT_MS, traceOfStart } from '../../lib/agent/loop/trace-steps.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { refusal } from '../../lib/model-call/faults.ts';
import type { Outcome } from '../../lib/model-call/types.ts';
import { playLoop } from './play-loop.ts';
import { failing } from './reflecting.ts';
import { answer, text, use } from './run-parts.ts';

const models = { simple: 'claude-haiku-5-5', standard: 'claude-sonnet-5-5', complex: 'claude-opus-5-5' };
const agentWith = (...tools: ReturnType<typeof defineTool>[]): Agent =>
  defineAgent({ name: 'traced', description: '', system: 'You are a test.', models, tools });

/** The instant at which the clock of a played run stands. */
const NOW = Date.UTC(2026, 10, 20, 12);
const refused: Outcome = {
  ...failing('cancelled'),
  ok: false,
  fault: refusal(new AppError('budget-exceeded', safe`No room.`)),
};

it('a step says what attempts cost that a kill interrupted; one that nothing interrupted does not', async () => {
  const play = (begun: object) => playLoop({ agent: agentWith(), answer: () => answer([text('Done.')]), begun });
  const { result } = await play({ begun: 2, lostUsd: '0.5' });
  expect(result.steps).toMatchObject([{ kind: 'model', lostUsd: '0.5', costUsd: '0.5' }]);
  expect((await play({})).result.steps[0]).not.toHaveProperty('lostUsd');
});

it('a message stands before the model call that read it, with its wait; what it broke off says so', async () => {
  let calls = 0;
  const sent: RunMessage[] = [{ messageId: 'msg_1', content: 'Stop.', sentAt: NOW - 2_500, interrupt: true }];
  const { result } = await playLoop({
    agent: agentWith(),
    answer: (call) => {
      calls = call;
      return call === 1 ? failing('cancelled') : answer([text('Stopped.')]);
    },
    steering: {
      unread: async (read) => (calls === 0 ? [] : sent.slice(read)),
      interrupted: () => true,
    },
  });
  expect(result.steps).toMatchObject([
    { kind: 'model', modelCall: 1, status: 'failed', interrupted: true },
    {
      kind: 'message',
      name: 'msg_1',
      modelCall: 2,
      startedAt: '2026-11-20T11:59:57.500Z',
      durationMs: 2_500,
      interrupt: true,
    },
    { kind: 'model', modelCall: 2, status: 'succeeded' },
  ]);
  expect(result.steps[2]).not.toHaveProperty('interrupted');
  expect(JSON.stringify(result.steps)).not.toContain('Stop.');
  expect([...result.contents]).toEqual([['message:msg_1', { input: 'Stop.' }]]);
});

/** A run whose second call is refused until its `waits` are over. */
const waiting = (waits: readonly Waited[]) => {
  let tries = 0;
  const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
  return playLoop({
    agent: agentWith(look),
    answer: (call) => {
      if (call === 1) return answer([use('look', {}, 'toolu_a')]);
      tries += 1;
      return tries <= waits.length ? refused : answer([text('Paid.')]);
    },
    steering: { waitForRoom: async (_, round) => waits[round - 1] ?? null },
  });
};
const wait = (minutes: readonly [since: number, until: number], over: Partial<Waited> = {}): Waited => {
  const [since, until] = minutes.map((minute) => NOW + minute * 60_000) as [number, number];
  return { reason: 'budget', since, until, isResumed: false, ...over };
};

it('a call that waits on and on has waited once, and the trace says how often it looked', async () => {
  const { result } = await waiting([wait([0, 1]), wait([1, 3]), wait([3, 7], { isResumed: true })]);
  expect(result.steps).toMatchObject([
    { kind: 'model', modelCall: 1 },
    { kind: 'tool', toolUseId: 'toolu_a' },
    { kind: 'model', modelCall: 2, status: 'failed', attempts: 0, error: { code: 'budget-exceeded' } },
    { kind: 'wait', name: 'budget', modelCall: 2, attempts: 3, durationMs: 420_000, resumed: true },
    { kind: 'model', modelCall: 2, status: 'succeeded' },
  ]);
});

it('waits for different things, and one after somebody resumed the run, are waits of their own', async () => {
  const { result } = await waiting([
    wait([0, 1]),
    wait([1, 2], { reason: 'slot', isResumed: true }),
    wait([2, 3], { reason: 'slot' }),
  ]);
  expect(result.steps.filter(({ kind }) => kind === 'wait')).toMatchObject([
    { name: 'budget', attempts: 1 },
    { name: 'slot', attempts: 1, resumed: true },
    { name: 'slot', attempts: 1, startedAt: '2026-11-20T12:02:00.000Z' },
  ]);
});

const decided = { askedAt: NOW, decidedAt: NOW + 2_500, decidedBy: 'key_1' };
const DECISIONS: Readonly<Record<string, Decision>> = {
  yes: { ...decided, decision: 'approve' },
  no: { ...decided, decision: 'deny', reason: 'Too much.' },
  late: { ...decided, decision: 'deny', expired: true, decidedBy: null },
  other: { ...decided, decision: 'edit', input: { sum: 2 } },
};

it('an approval says who decided what, how long that took, and for which call of the tool', async () => {
  const pay = defineTool({
    name: 'pay',
    description: '',
    input: z.object({ sum: z.number() }),
    requiresApproval: true,
    run: ({ sum }) => `paid ${sum}`,
  });
  const asks = Object.keys(DECISIONS).map((id) => use('pay', { sum: 1 }, id));
  const { result } = await playLoop({
    agent: agentWith(pay),
    answer: (call) => (call === 1 ? answer(asks) : answer([text('Done.')])),
    steering: { decide: async () => new Map(Object.entries(DECISIONS)) },
  });
  const approval = { kind: 'approval', name: 'pay', startedAt: '2026-11-20T12:00:00.000Z', durationMs: 2_500 };
  expect(result.steps.filter(({ kind }) => kind === 'approval')).toMatchObject([
    { ...approval, toolUseId: 'yes', decision: 'approve', decidedBy: 'key_1', status: 'succeeded' },
    { ...approval, toolUseId: 'no', decision: 'deny', status: 'failed', error: { code: 'denied' } },
    { ...approval, toolUseId: 'late', decision: 'expire', decidedBy: null, error: { code: 'expired' } },
    { ...approval, toolUseId: 'other', decision: 'edit', status: 'succeeded' },
  ]);
  expect(JSON.stringify(result.steps)).not.toContain('Too much');
  expect([...result.contents]).toEqual([
    ['approval:yes', { input: { sum: 1 } }],
    ['tool:yes', { input: { sum: 1 }, output: 'paid 1' }],
    ['approval:no', { input: { sum: 1 }, output: 'Too much.' }],
    ['tool:no', { input: { sum: 1 }, output: 'A person denied this call. Their reason: Too much.' }],
    ['approval:late', { input: { sum: 1 } }],
    ['tool:late', { input: { sum: 1 }, output: expect.stringContaining('Nobody approved') as string }],
    ['approval:other', { input: { sum: 1 } }],
    ['tool:other', { input: { sum: 2 }, output: 'paid 2' }],
  ]);
});

it.each<[string, number, number | undefined, [string, number][]]>([
  ['a slot', 5, undefined, [['queue', 5]]],
  ['its session alone', 5, 5, [['session', 5]]],
  [
    'its session, then a slot',
    5,
    2,
    [
      ['session', 2],
      ['queue', 3],
    ],
  ],
  [
    'its start, then its session',
    5,
    7,
    [
      ['queue', 5],
      ['session', 2],
    ],
  ],
  ['nothing worth a word', 1, 2, []],
])('what a run waited for before its first call is told: %s', (_title, started, turn, waits) => {
  const at = (waited: number) => NOW + waited * LEAST_WAIT_MS;
  const isShort = waits.length === 0;
  const turnAt = turn === undefined ? undefined : at(turn) - (isShort ? 2 : 0);
  const told = traceOfStart({ createdAt: NOW, startedAt: at(started) - (isShort ? 1 : 0), turnAt });
  expect(told.map(({ name, durationMs }) => [name, durationMs / LEAST_WAIT_MS])).toEqual(waits);
});
