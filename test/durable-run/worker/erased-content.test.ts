import { text as streamText } from 'node:stream/consumers';
import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { createWatchRun } from '../../../lib/durable-run/watch-run.ts';
import { type Announce, createAnnounce } from '../../../lib/durable-run/webhooks/announce.ts';
import { createPutContent } from '../../../lib/run/put-content.ts';
import { EVENTS_KEPT_MS } from '../../../lib/runs/ended/erase-content.ts';
import { createOutbox } from '../../../lib/runs/outbox/outbox.ts';
import { createContentStore } from '../../../lib/runs/trace/content-store.ts';
import { traceView } from '../../../lib/runs/views.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb, type TestDynamoDb } from '../../dynamodb.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { noise } from '../../runs/counted-table.ts';
import { scanTables } from '../../scan-tables.ts';
import { seededRandom } from '../../seeded-random.ts';
import { shownText } from '../fake-log.ts';
import { parseEvents } from '../sent.ts';
import { createRunRig } from './run-rig.ts';

/** Words of which each stands for one kind of content. */
const CANARY = /canary-[a-z-]+/g;
const LONG = 'x'.repeat(2_000);

const read = defineTool({
  name: 'read',
  description: '',
  input: z.object({ page: z.string() }),
  // Neither a checkpoint nor an item holds it, and nothing makes it small.
  run: () => `canary-large-result ${Buffer.from(Array.from({ length: 400_000 }, seededRandom(5))).toString('latin1')}`,
});
const pay = defineTool({
  name: 'pay',
  description: '',
  input: z.object({ to: z.string() }),
  requiresApproval: true,
  run: ({ to }) => `canary-result for ${to}`,
});

const SCRIPT = [
  answer([
    use('read', { page: 'canary-input' }, 'toolu_read'),
    use('pay', { to: 'canary-short-asked' }, 'toolu_short'),
    use('pay', { to: `canary-long-asked ${LONG}` }, 'toolu_long'),
  ]),
  answer([text('The answer.')]),
];

/** A run of which everything was written somewhere: it waited for two decisions, got a message, and has ended. */
const endedRun = async (engine: TestDynamoDb, isKept = false) => {
  const outer: { announce: Announce | null } = { announce: null };
  const announce: Announce = {
    ended: async (run) => outer.announce?.ended(run),
    asked: async (...asked) => outer.announce?.asked(...asked),
  };
  const stored = {
    table: engine.table('RunsTable'),
    clock: createFakeClock(),
    random: seededRandom(4),
    retentionMs: 86_400_000,
  };
  const contents = createContentStore(stored);
  const putContent = createPutContent({ store: contents, loadRedact: async () => (value) => value });
  const rig = createRunRig(engine, SCRIPT, {
    tools: [read, pay],
    maxToolOutputChars: 1_000_000,
    parts: { announce, ...(isKept ? { putContent } : {}) },
  });
  const { clock, runs, inbox } = rig;
  const outbox = createOutbox({
    table: engine.table('RunsTable'),
    clock,
    random: seededRandom(3),
    retentionMs: 86_400_000,
  });
  const findTenant = () => Promise.resolve(rig.tenant);
  outer.announce = createAnnounce({ runs, outbox, findTenant, hosts: ['hooks.example.com'] });
  const run = await rig.submit({
    task: 'canary-task',
    messages: [
      { role: 'user', content: 'canary-earlier' },
      { role: 'assistant', content: 'canary-earlier-answer' },
    ],
    webhookUrl: 'https://hooks.example.com/runs',
  });
  expect(await rig.invoke(run)).toBe('suspended');
  const message = { messageId: 'msg_1', content: 'canary-message', interrupt: false, sentAt: 0 };
  expect(await inbox.post(run, message)).toBe('taken');
  const decided = { by: 'key', at: 1, reason: `canary-reason ${LONG}` };
  expect(await inbox.decide(run, 'toolu_short', { ...decided, decision: 'edit', input: { to: 'canary-edited' } })).toBe(
    'taken',
  );
  expect(await inbox.decide(run, 'toolu_long', { ...decided, decision: 'deny' })).toBe('taken');
  rig.executionOf(run).wake('decide-1-1');
  const before = await found(engine, rig.tenantId);
  expect(await rig.invoke(run)).toBe('over');
  return { rig, run, outbox, contents, message, before };
};

/** Which content is found where in this tenant's items: `kind of item: words`. */
const found = async (engine: TestDynamoDb, tenantId: string): Promise<string[]> => {
  const items = (await scanTables(engine.sdk)).filter(({ pk, sk }) => `${pk} ${sk}`.includes(tenantId));
  const places = items.flatMap(({ sk, text: said }) =>
    [...new Set(said.match(CANARY))].map((word) => `${sk.split('#')[0] ?? ''}: ${word}`),
  );
  return [...new Set(places)].toSorted();
};

describeOnDynamoDb('the content of an asynchronous run', (engine) => {
  it('is stored while it is needed: what was submitted, sent and decided until its end, all else for an hour more', async () => {
    const { rig, run, before } = await endedRun(engine());
    const { tenantId, clock } = rig;
    const words = (places: readonly string[]) => new Set(places.map((place) => place.replace(/^.*: /, '')));
    // The test looks where it should: all of it was there, in the clear or behind a reference.
    expect([...words(before)].toSorted()).toEqual([
      'canary-earlier',
      'canary-earlier-answer',
      'canary-edited',
      'canary-large-result',
      'canary-long-asked',
      'canary-message',
      'canary-reason',
      'canary-short-asked',
      'canary-task',
    ]);
    const after = await found(engine(), tenantId);
    expect(new Set(after.map((place) => place.replace(/:.*/, '')))).toEqual(new Set(['e', 'o', 'webhook']));
    expect(words(after)).not.toContain('canary-task');
    expect(words(after)).not.toContain('canary-message');

    await clock.advance(EVENTS_KEPT_MS - 1);
    await rig.eraseEnded();
    expect(await found(engine(), tenantId)).toEqual(after);
    await clock.advance(1);
    await rig.eraseEnded();
    expect(await found(engine(), tenantId)).toEqual([]);
    expect(await rig.erasures.due()).toEqual([]);
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body: { output: 'The answer.' } });
    expect((await rig.rowOf(run)).steps.map(({ kind }) => kind)).toContain('approval');
  });

  it('is erased by the sweeper where the worker died before it could, and where it is erased twice', async () => {
    const { rig, run, outbox } = await endedRun(engine());
    // As if it had been submitted again under its key.
    const again = { ...run, agent: 'assistant', createdAt: 0, traceId: '', userId: null, sessionId: null };
    expect(await rig.runs.submit({ ...again, input: 'canary-task' })).toBe(false);
    expect(await found(engine(), rig.tenantId)).toContain('input: canary-task');
    await rig.parts.left(run, null);
    await rig.clock.advance(EVENTS_KEPT_MS);
    await rig.eraseEnded();
    await rig.eraseEnded();
    expect(await found(engine(), rig.tenantId)).toEqual([]);
    const deliveries = await outbox.list(run);
    expect(deliveries).toHaveLength(5);
    expect(deliveries.filter(({ content }) => content !== undefined)).toEqual([]);
  });

  it('is kept apart from all that is erased where the stage keeps content, for the trace', async () => {
    const { rig, run, contents } = await endedRun(engine(), true);
    await rig.clock.advance(EVENTS_KEPT_MS);
    await rig.eraseEnded();
    const left = await found(engine(), rig.tenantId);
    expect(new Set(left.map((place) => place.replace(/:.*/, '')))).toEqual(new Set(['content']));
    const { steps, ...trace } = traceView(await rig.rowOf(run), await contents.find(run));
    expect(trace).toMatchObject({ task: 'canary-task' });
    expect(
      steps.flatMap(({ kind, input, output }) => (kind === 'model' ? [] : [{ kind, input, output }])),
    ).toMatchObject([
      {
        kind: 'tool',
        input: { page: 'canary-input' },
        output: expect.stringContaining('canary-large-result') as string,
      },
      { kind: 'approval', input: { to: 'canary-short-asked' }, output: `canary-reason ${LONG}` },
      { kind: 'tool', input: { to: 'canary-edited' }, output: 'canary-result for canary-edited' },
      { kind: 'approval', input: { to: `canary-long-asked ${LONG}` } },
      { kind: 'tool', output: expect.stringContaining('denied') as string },
      { kind: 'message', input: 'canary-message' },
    ]);
    expect(await contents.find({ ...run, tenantId: 'another' })).toBeNull();
  });

  it('leaves what was asked of the run and decided as facts, so that whoever asks again is answered as before', async () => {
    const { rig, run, message } = await endedRun(engine());
    const { inbox } = rig;
    expect(await inbox.read(run)).toMatchObject({
      closed: true,
      messages: [{ messageId: 'msg_1', content: '' }],
      decisions: [
        { toolUseId: 'toolu_long', decision: 'deny', by: 'key' },
        { toolUseId: 'toolu_short', decision: 'edit', by: 'key' },
      ],
    });
    expect(await inbox.post(run, message)).toBe('taken');
    expect(await inbox.post(run, { ...message, messageId: 'msg_2' })).toBe('closed');
    expect(await inbox.decide(run, 'toolu_long', { decision: 'approve', by: 'key', at: 2 })).toBe('closed');
    expect(await inbox.cancel(run, { keyId: 'key', at: 2 })).toBe('closed');
    // An invocation that comes late finds nothing to do, and does nothing.
    expect(await rig.invoke(run)).toBe('over');
    expect(rig.requests).toHaveLength(2);
  });

  it('goes where nobody decided, too, and what is decided then is refused as before', async () => {
    const rig = createRunRig(engine(), SCRIPT, { tools: [read, pay] });
    const run = await rig.submit({ task: 'Do it.' });
    expect(await rig.invoke(run)).toBe('suspended');
    await rig.inbox.cancel(run, { keyId: 'key', at: 1 });
    rig.executionOf(run).wake('decide-1-1');
    expect(await rig.invoke(run)).toBe('over');
    expect((await found(engine(), rig.tenantId)).filter((place) => place.startsWith('inbox'))).toEqual([]);
    const decided = await rig.inbox.decide(run, 'toolu_short', { decision: 'approve', by: 'key', at: 2 });
    expect([decided, (await rig.inbox.read(run))?.approvals]).toMatchObject([
      'closed',
      [{ input: null }, { input: null }],
    ]);
  });

  it('leaves its events to watchers, each under its id, and the answer with them', async () => {
    const { rig, run } = await endedRun(engine());
    const { clock, eventLog: log } = rig;
    const whole = await rig.eventsOf(run);
    const watch = createWatchRun({ log, clock, emit: () => undefined });
    const told = async (after: number) => {
      const { body } = await watch(await rig.rowOf(run), { start: { after, field: 'after' }, limitMs: 1_000 });
      return typeof body === 'string' ? body : streamText(body);
    };
    expect(await told(0)).toMatch(CANARY);
    await clock.advance(EVENTS_KEPT_MS);
    await rig.eraseEnded();
    for (const after of [0, 1, 7, whole.length - 1]) {
      const events = parseEvents(await told(after)).events;
      expect(events.map(({ id }) => id)).toEqual(whole.map((_, at) => at + 1).slice(after));
      expect(events.map(({ event }) => event)).toEqual(whole.map(({ event }) => event).slice(after));
    }
    const events = parseEvents(await told(0)).events;
    expect(shownText(events)).toBe('The answer.');
    expect(events.at(-1)).toMatchObject({ event: 'run.succeeded', data: { output: 'The answer.' } });
    const asked = events.find(({ event }) => event === 'approval.requested');
    expect(asked?.data).toEqual({ toolUseId: 'toolu_short', tool: 'pay', input: null });
    expect(await told(whole.length)).toContain('there is no event after this id');
    await expect(told(whole.length + 1)).rejects.toMatchObject({ code: 'invalid-request' });
    // Whoever would write more of it finds that it has ended.
    expect(await log.tail(run)).toMatchObject({ last: true });
  });

  it('is not an answer that is too large for an item of the log: that stays, and nothing else that is large', async () => {
    const output = noise(400_000);
    const script = [answer([use('read', { page: 'canary-input' }, 'toolu_read')]), answer([text(output)])];
    const rig = createRunRig(engine(), script, { tools: [read], maxToolOutputChars: 1_000_000 });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('over');
    expect(await found(engine(), rig.tenantId)).toEqual(['o: canary-large-result']);
    for (let times = 1; times <= 2; times += 1) {
      await rig.parts.left(run, null);
      await rig.clock.advance(EVENTS_KEPT_MS);
      await rig.eraseEnded();
      expect(await found(engine(), rig.tenantId)).toEqual([]);
      const events = await rig.eventsOf(run);
      expect(shownText(events) === output).toBe(true);
      expect(events.at(-1)).toMatchObject({ event: 'run.succeeded' });
    }
  });

  it('of a run that was never begun goes too, and a run that has not ended keeps its own', async () => {
    const rig = createRunRig(engine(), SCRIPT, { tools: [read, pay] });
    const run = await rig.submit({ task: 'canary-task' });
    await rig.erasures.add({ ...run, dueAt: 0 });
    await rig.eraseEnded();
    expect(await found(engine(), rig.tenantId)).toEqual(['input: canary-task']);
    await engine()
      .table('RunsTable')
      .remove({ pk: `${run.tenantId}/${run.runId}`, sk: 'run' }, { has: ['pk'] });
    await rig.erasures.add({ ...run, dueAt: 0 });
    await rig.eraseEnded();
    expect(await found(engine(), rig.tenantId)).toEqual([]);
    expect(await rig.erasures.due()).toEqual([]);
  });
});
