import { defineTool, z } from 'ballast';
import { expect, it } from 'vitest';
import { AppError } from '../../../lib/kernel/errors.ts';
import { safe } from '../../../lib/kernel/redacted.ts';
import { createPutContent } from '../../../lib/run/put-content.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { createRunRig, type Script } from './run-rig.ts';

type Rig = ReturnType<typeof createRunRig>;

const CARD = '4111 1111 1111 1111';

describeOnDynamoDb('an asynchronous run whose output is redacted', (engine) => {
  const charged: unknown[] = [];
  const charge = defineTool({
    name: 'charge',
    description: '',
    input: z.object({ card: z.string() }),
    sideEffects: true,
    requiresApproval: true,
    run: (input) => {
      charged.push(input);
      return 'charged';
    },
  });
  const says: Script = (_request, { listener }) => {
    for (const part of ['Charged 4111 1', '111 1111 ', '1111.']) listener.sink.text(part);
    return answer([text(`Charged ${CARD}.`)]);
  };
  const asks = answer([use('charge', { card: CARD })]);

  const approved = async (settings: object, killed: boolean) => {
    charged.length = 0;
    const rig = createRunRig(engine(), [asks, says, says], { tools: [charge], settings });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('suspended');
    const inbox = await rig.inbox.read(run);
    await rig.inbox.decide(run, 'toolu_charge', { decision: 'approve', by: 'key', at: rig.clock.now() });
    rig.executionOf(run).wake('decide-1-1');
    if (killed) await rig.invoke(run, { before: 'end' });
    expect(await rig.invoke(run)).toBe('over');
    return {
      row: await rig.rowOf(run),
      events: await rig.eventsOf(run),
      input: inbox?.approvals[0]?.input,
      told: rig.events,
    };
  };

  it.each([false, true])(
    'tells and keeps no secret, and its tool gets what the model said (killed: %s)',
    async (killed) => {
      const { row, events, input, told } = await approved({ redactOutput: true }, killed);
      expect(charged).toEqual([{ card: CARD }]);
      expect(row.body).toMatchObject({ output: 'Charged [REDACTED_CARD].' });
      expect(input).toEqual({ card: '[REDACTED_CARD]' });
      expect(JSON.stringify(events)).not.toContain('4111 1');
      const deltas = events.slice(events.findLastIndex(({ event }) => event === 'text.reset') + 1);
      const shown = deltas.flatMap(({ event, data }) =>
        event === 'text.delta' ? [(data as { text: string }).text] : [],
      );
      expect(shown.join('')).toBe('Charged [REDACTED_CARD].');
      expect(events.find(({ event }) => event === 'approval.requested')?.data).toMatchObject({ input });
      expect(told.find(({ type }) => type === 'secrets.redacted')).toMatchObject({ class: 'cards', count: 1 });
    },
  );

  it.each([
    ['asks for it', {}, { redactOutput: true }, 'Charged [REDACTED_CARD].'],
    ['asks for more', { redactOutput: true, redact: ['email'] }, { redact: null }, 'Charged [REDACTED_CARD].'],
    ['asks for none any more', { redactOutput: true }, { redactOutput: false }, `Charged ${CARD}.`],
  ] as const)(
    'ends by the settings of its end, and keeps no answer by earlier ones, where its tenant %s meanwhile',
    async (_title, settings, changes, output) => {
      const changing: Script = async (...call) => {
        const outcome = await says(...call);
        rig.set(changes);
        await rig.clock.advance(30_000);
        return outcome;
      };
      const rig: Rig = createRunRig(engine(), [changing, answer([text('Another.')])], { settings });
      const run = await rig.submit({ cache: 'use' });
      expect(await rig.invoke(run)).toBe('over');
      expect((await rig.rowOf(run)).body).toMatchObject({ output });
      const events = await rig.eventsOf(run);
      const since = events.slice(events.findLastIndex(({ event }) => event === 'text.reset') + 1);
      const deltas = since.filter(({ event }) => event === 'text.delta');
      expect(deltas.map(({ data }) => (data as { text: string }).text).join('')).toBe(output);
      expect(events.at(-1)).toMatchObject({ event: 'run.succeeded', data: { output } });
      // Neither who asks by the earlier settings is given this answer, nor who asks by these.
      for (const by of [settings, changes]) {
        rig.set({ redactOutput: false, redact: null, ...settings, ...by });
        const next = await rig.submit({ cache: 'use' });
        await rig.invoke(next);
        expect((await rig.rowOf(next)).body).toMatchObject({ output: 'Another.' });
      }
    },
  );

  it('shows people who decide what its tenant lets them see now', async () => {
    const asking: Script = async () => {
      rig.set({ redactOutput: true });
      await rig.clock.advance(30_000);
      return asks;
    };
    const rig: Rig = createRunRig(engine(), [asking], { tools: [charge] });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('suspended');
    const inbox = await rig.inbox.read(run);
    expect(inbox?.approvals[0]?.input).toEqual({ card: '[REDACTED_CARD]' });
    expect(JSON.stringify(await rig.eventsOf(run))).not.toContain('4111');
  });

  it('loses no answer where its settings cannot be read when it has come, and ends by those of its end', async () => {
    let isDown = false;
    const findTenant = async () => {
      const fails = isDown;
      isDown = false;
      if (fails) throw new AppError('store-unavailable', safe`The store does not answer.`);
      return rig.tenant;
    };
    const changing: Script = async (...call) => {
      rig.set({ redactOutput: true });
      isDown = true;
      await rig.clock.advance(30_000);
      return says(...call);
    };
    const rig: Rig = createRunRig(engine(), [changing], { parts: { findTenant } });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('over');
    expect(rig.requests).toHaveLength(1);
    expect((await rig.rowOf(run)).body).toMatchObject({ output: 'Charged [REDACTED_CARD].' });
  });

  it('keeps no more of what was written than its agent allowed, where that is gone', async () => {
    const kept: unknown[] = [];
    const putContent = createPutContent({
      store: { put: async (_run, content) => void kept.push(content) },
      loadRedact: async () => (value) => value,
    });
    const rig = createRunRig(engine(), [asks], {
      tools: [charge],
      redactOutput: true,
      redact: ['email'],
      parts: { putContent },
    });
    const run = await rig.submit({ task: 'Charge ada@example.com.' });
    expect(await rig.invoke(run)).toBe('suspended');
    rig.removeAgent();
    rig.executionOf(run).wake('decide-1-1');
    expect(await rig.invoke(run)).toBe('over');
    expect(await rig.rowOf(run)).toMatchObject({ status: 'failed', body: { error: { code: 'run-conflict' } } });
    expect(kept).toMatchObject([{ task: 'Charge [REDACTED_EMAIL].' }]);
  });

  it('leaves its session what it showed, and not what was said', async () => {
    const rig = createRunRig(engine(), [says], { redactOutput: true });
    await rig.invoke(await rig.submit({ sessionId: 'talk', task: `My card is ${CARD}.` }));
    const key = { tenantId: rig.tenantId, userId: null, sessionId: 'talk' };
    const { conversationOf = null } = (await rig.sessions.find(key)) ?? {};
    const left = await rig.sessions.load(key, { conversationOf });
    expect(left?.turns.map(({ content }) => content)).toEqual([
      'My card is [REDACTED_CARD].',
      'Charged [REDACTED_CARD].',
    ]);
    expect(JSON.stringify(left?.messages).split(CARD)).toHaveLength(3);
  });

  it('tells all of it where nobody says so', async () => {
    const { row, input } = await approved({}, false);
    expect(row.body).toMatchObject({ output: `Charged ${CARD}.` });
    expect(input).toEqual({ card: CARD });
  });
});
