import type { MessageParam } from '@anthropic-ai/sdk/resources/messages/messages';
import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { NOTE } from '../../../lib/agent/loop/model/fit-context.ts';
import { createMemorySessionStore } from '../../../lib/sessions/memory-store.ts';
import { answer, runParts, text, use } from '../../agent/run-parts.ts';
import { runRow } from '../../durable-run/run-row.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { failing } from '../../model-call/parts.ts';

const sessionId = 'chat';
const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen '.repeat(2_000) });

const plain = (messages: readonly MessageParam[] | undefined): unknown =>
  JSON.parse(JSON.stringify(messages ?? [], (name, value: unknown) => (name === 'cache_control' ? undefined : value)));

const breakpoints = (request: object | undefined): number =>
  JSON.stringify(request ?? {}).split('"cache_control"').length - 1;

describe('the next run of a session', () => {
  it('sends what was said before byte for byte, tools included, and marks where it ends', async () => {
    const { run, requests } = runParts(
      [answer([use('look')]), answer([text('Looked.')]), answer([text('Again.')]), answer([text('Third.')])],
      { tools: [look] },
    );
    expect(await run({ sessionId, task: 'Look.' })).toMatchObject({ sessionId, output: 'Looked.' });
    await run({ sessionId, task: 'And?' });
    await run({ sessionId, task: 'So?' });
    const sent = requests.map(({ messages }) => plain(messages) as MessageParam[]);
    expect(sent[2]?.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user']);
    expect(JSON.stringify(sent[2]?.slice(0, 3))).toBe(JSON.stringify(sent[1]));
    expect(JSON.stringify(sent[3]?.slice(0, 5))).toBe(JSON.stringify(sent[2]));
    // Behind the system prompt, at the end of the earlier turns, and at the end of all.
    expect(requests.map(breakpoints)).toEqual([2, 2, 3, 3]);
    expect(JSON.stringify(requests[2]?.messages[3])).toContain('cache_control');
  });

  it('leaves no mark in the messages of a run without a session', async () => {
    const { run, requests } = runParts([answer([text('Hi.')])]);
    await run();
    expect(requests[0]?.messages).toEqual([{ role: 'user', content: 'Do it.' }]);
  });

  it('does not send what another model thought', async () => {
    const thought = { type: 'thinking', thinking: 'Hm.', signature: 's' } as never;
    const { run, requests } = runParts([answer([thought, text('One.')]), answer([text('Two.')])]);
    await run({ sessionId });
    await run({ sessionId });
    await run({ sessionId, model: 'claude-opus-5-5' });
    expect(JSON.stringify(requests[1])).toContain('"thinking"');
    expect(JSON.stringify(requests[2])).not.toContain('"thinking"');
    expect(requests[2]?.messages).toHaveLength(5);
  });

  it('begins with the earlier turns that the first one brought', async () => {
    const { run, requests, sessions } = runParts([answer([text('One.')])]);
    await run({
      sessionId,
      messages: [
        { role: 'user', content: 'Hello.' },
        { role: 'assistant', content: 'Hi.' },
      ],
    });
    await run({ sessionId });
    expect(requests[1]?.messages).toHaveLength(5);
    const key = { tenantId: 'demo', userId: null, sessionId };
    const head = await sessions.find(key);
    const turns = (await sessions.load(key, { conversationOf: head?.conversationOf ?? null }))?.turns;
    expect(turns?.map(({ content }) => content)).toEqual(['Hello.', 'Hi.', 'Do it.', 'One.', 'Do it.', 'One.']);
    await expect(run({ sessionId, messages: [{ role: 'user', content: 'x' }] })).rejects.toMatchObject({
      code: 'invalid-request',
      issues: [{ path: 'messages' }],
    });
  });

  it('sends what was said, and keeps for people what its run was allowed to show', async () => {
    const MAIL = 'ada@example.com';
    const { run, requests, sessions } = runParts([answer([text(`Noted: ${MAIL}.`)])], {
      redactOutput: true,
      redact: ['email'],
    });
    await run({ sessionId, messages: [{ role: 'user', content: `I am ${MAIL}.` }], task: `Write to ${MAIL}.` });
    await run({ sessionId, task: 'And?' });
    expect(JSON.stringify(requests[1]?.messages).split(MAIL)).toHaveLength(4);
    const key = { tenantId: 'demo', userId: null, sessionId };
    const head = await sessions.find(key);
    const left = await sessions.load(key, { conversationOf: head?.conversationOf ?? null });
    expect(left?.turns.map(({ content }) => content)).toEqual([
      'I am [REDACTED_EMAIL].',
      'Write to [REDACTED_EMAIL].',
      'Noted: [REDACTED_EMAIL].',
      'And?',
      'Noted: [REDACTED_EMAIL].',
    ]);
  });

  it('neither reads nor writes the response cache', async () => {
    const { run, requests } = runParts([answer([text('One.')]), answer([text('Two.')])]);
    expect(await run({ sessionId, cache: 'use' })).toMatchObject({ cache: 'bypass' });
    expect(await run({ sessionId: 'other', cache: 'use' })).toMatchObject({ output: 'Two.', cache: 'bypass' });
    await run({ cache: 'use' });
    expect(requests).toHaveLength(3);
  });
});

describe('a session', () => {
  it('is left as it was by a run that fails', async () => {
    const { run, requests } = runParts([answer([text('One.')]), failing('invalid-request'), answer([text('Three.')])]);
    await run({ sessionId });
    await expect(run({ sessionId, task: 'Fail.' })).rejects.toThrow();
    await run({ sessionId });
    expect(JSON.stringify(requests[2]?.messages)).not.toContain('Fail.');
    expect(requests[2]?.messages).toHaveLength(3);
  });

  it('answers every call that a limit kept from being made, so that the next task can follow', async () => {
    const { run, requests } = runParts([answer([use('look')]), answer([text('Two.')])], { tools: [look] });
    expect(await run({ sessionId, maxModelCalls: 1 })).toMatchObject({ status: 'incomplete' });
    await run({ sessionId });
    expect(requests[1]?.messages[2]).toMatchObject({
      role: 'user',
      content: [{ type: 'tool_result', is_error: true }],
    });
  });

  it('is busy for a second run at the same time', async () => {
    let second: Promise<unknown> | undefined;
    const { run } = runParts([
      async () => {
        second = run({ sessionId });
        await second.catch(() => undefined);
        return answer([text('One.')]);
      },
    ]);
    await run({ sessionId });
    await expect(second).rejects.toMatchObject({ code: 'run-conflict', retryAfterMs: 2_000 });
  });

  it('is given to the run that has waited for it longest, which is started', async () => {
    const clock = createFakeClock();
    const store = createMemorySessionStore(clock);
    const key = { tenantId: 'demo', userId: null, sessionId };
    const run = { runId: 'run_waiting', agent: 'assistant', createdAt: 1 };
    await store.wait(key, run);
    await store.wait(key, { ...run, runId: 'run_ended', createdAt: 0 });
    const started: string[] = [];
    const rows = { run_waiting: runRow({ status: 'queued' }), run_ended: runRow({ status: 'cancelled' }) };
    const ended: Promise<unknown>[] = [];
    const parts = runParts([answer([text('One.')])], {
      sessions: store,
      runs: { add: async () => true, find: async (_tenant, runId) => rows[runId as keyof typeof rows] ?? null },
      waitUntil: (promise) => void ended.push(promise),
      startNext: async ({ tenantId, runId }) => void started.push(`${tenantId} ${runId}`),
    });
    await parts.run({ sessionId });
    await Promise.all(ended);
    expect(started).toEqual(['demo run_waiting']);
    expect((await store.find(key))?.holder).toMatchObject({ runId: 'run_waiting', mode: 'async', until: null });
    expect(await store.firstWaiting(key)).toBeNull();
    await expect(parts.run({ sessionId })).rejects.toMatchObject({ code: 'run-conflict' });
  });

  it('is given back where its conversation cannot be read', async () => {
    const clock = createFakeClock();
    const store = createMemorySessionStore(clock);
    let isBroken = false;
    const { run } = runParts([answer([text('One.')])], {
      sessions: { ...store, readConversation: async (...key) => (isBroken ? null : store.readConversation(...key)) },
    });
    await run({ sessionId });
    isBroken = true;
    await expect(run({ sessionId })).rejects.toMatchObject({ code: 'internal' });
    isBroken = false;
    expect(await run({ sessionId })).toMatchObject({ status: 'succeeded' });
  });

  it('is not given a run’s conversation whose lease is over', async () => {
    const parts = runParts([
      answer([text('One.')]),
      async () => {
        parts.clock.stepWall(200_000);
        return answer([text('Two.')]);
      },
      answer([text('Three.')]),
    ]);
    await parts.run({ sessionId });
    await expect(parts.run({ sessionId, task: 'Late.' })).rejects.toMatchObject({ code: 'run-conflict' });
    await parts.run({ sessionId });
    expect(JSON.stringify(parts.requests[2]?.messages)).not.toContain('Late.');
  });
});

describe('a session that nears the model’s window', () => {
  const options = { tools: [look], maxOutputTokens: 1_000, contextWindowOf: () => 20_000 };

  it('gives up its oldest tool results before the first call of the next run', async () => {
    const { run, requests } = runParts(
      [answer([use('look')]), answer([text('One.')], undefined, 18_000), answer([text('Two.')])],
      options,
    );
    await run({ sessionId });
    expect(await run({ sessionId, task: 'And? '.repeat(1_000) })).toMatchObject({ status: 'succeeded' });
    expect(JSON.stringify(requests[2]?.messages)).toContain(NOTE);
  });

  it('is cut once, and later runs go on from what was cut, byte for byte', async () => {
    const { run, requests } = runParts(
      [
        answer([use('look')]),
        answer([text('One.')], undefined, 18_000),
        answer([use('look')]),
        answer([text('Two.')]),
        answer([text('Three.')]),
      ],
      options,
    );
    await run({ sessionId });
    await run({ sessionId, task: 'And? '.repeat(1_000) });
    await run({ sessionId });
    const [whole, cut, ...later] = requests.slice(1).map(({ messages }) => plain(messages) as MessageParam[]);
    expect(JSON.stringify(whole)).not.toContain(NOTE);
    expect(JSON.stringify(cut)).toContain(NOTE);
    expect(later).toHaveLength(2);
    for (const messages of later) expect(JSON.stringify(messages.slice(0, cut?.length))).toBe(JSON.stringify(cut));
  });

  it('ends a run incomplete where nothing is left to give up, and stays as it was', async () => {
    const { run, requests } = runParts([answer([text('One.')], undefined, 17_000), answer([text('Two.')])], options);
    await run({ sessionId });
    expect(await run({ sessionId, task: 'And? '.repeat(1_000) })).toMatchObject({
      status: 'incomplete',
      stopReason: 'context_window',
      usage: { modelCalls: 0 },
    });
    expect(await run({ sessionId, task: 'Short.' })).toMatchObject({ status: 'succeeded' });
    expect(requests).toHaveLength(2);
  });
});
