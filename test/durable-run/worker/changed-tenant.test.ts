import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { formatUsd, parseUsd, pico } from '../../../lib/kernel/money.ts';
import type { TenantSettings } from '../../../lib/tenants/types.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { CALL_COST, createRunRig, type RigOptions, type Script } from './run-rig.ts';

type Changes = Partial<TenantSettings>;
type Rig = ReturnType<typeof createRunRig>;

const DONE = answer([text('Done.')]);
/** Settings are read again when they are older. */
const LIFE_MS = 30_000;

describeOnDynamoDb('a run under way whose tenant is changed', (engine) => {
  /** For whom the tool was called. */
  const looks: string[] = [];
  const look = defineTool({
    name: 'look',
    description: '',
    input: z.object({}),
    run: (_input, { tenantId }) => {
      looks.push(tenantId);
      return 'seen';
    },
  });
  const other = defineTool({ name: 'other', description: '', input: z.object({}), run: () => 'other' });
  const looksOf = ({ tenantId }: Rig) => looks.filter((each) => each === tenantId).length;

  /** The change is made while the first call is under way, and the invocation goes on after it, or ends and another takes over. */
  const changed = async (changes: Changes, how: 'within' | 'between', options: RigOptions = {}) => {
    const first: Script = async () => {
      if (how === 'within') {
        rig.set(changes);
        await rig.clock.advance(LIFE_MS);
      }
      return answer([use('look')]);
    };
    const rig: Rig = createRunRig(engine(), [first, DONE], { tools: [look, other], ...options });
    const run = await rig.submit();
    if (how === 'between') {
      await rig.invoke(run, { before: 'tool-1-toolu_look' });
      rig.set(changes);
    }
    expect(await rig.invoke(run)).toBe('over');
    return { rig, row: await rig.rowOf(run) };
  };

  describe.each(['within', 'between'] as const)('%s its invocations', (how) => {
    it.each<[string, Changes, RegExp]>([
      ['is suspended', { status: 'suspended' }, /suspended/],
      ['may not use the agent any more', { allowedAgents: ['clerk'] }, /agent/],
      ['may not use the model any more', { allowedModels: ['claude-haiku-5-5'] }, /model/],
      ['may have no concurrent run any more', { maxConcurrentRuns: 0 }, /concurrent runs/],
    ])('fails as forbidden, with what it has used, where it %s', async (_title, changes, says) => {
      const { rig, row } = await changed(changes, how);
      const usage = { modelCalls: 1, costUsd: formatUsd(CALL_COST) };
      expect(row).toMatchObject({ status: 'failed', body: { usage, error: { code: 'forbidden', usage } } });
      expect((row.body['error'] as { detail: string }).detail).toMatch(says);
      expect(rig.requests).toHaveLength(1);
      // No model would have read what its tools say.
      expect(looksOf(rig)).toBe(0);
    });

    it('goes on without a tool that is not allowed any more, of which the model is told', async () => {
      const { rig, row } = await changed({ allowedTools: ['other'] }, how);
      expect(row).toMatchObject({ status: 'succeeded', body: { output: 'Done.' } });
      expect(looksOf(rig)).toBe(0);
      expect(JSON.stringify(rig.requests[1]?.messages)).toContain('This tool is not allowed any more');
      expect(rig.requests[1]?.tools).toEqual(rig.requests[0]?.tools);
      expect(row.steps.map(({ error }) => error?.code)).toEqual([undefined, 'not-allowed', undefined]);
    });

    it('gets no tool that was allowed since, and no conflict', async () => {
      const settings = { allowedTools: ['look'] };
      const { rig, row } = await changed({ allowedTools: null }, how, { settings });
      expect(row.status).toBe('succeeded');
      expect(rig.requests.map(({ tools }) => tools?.map((tool) => ('name' in tool ? tool.name : '')))).toEqual([
        ['look'],
        ['look'],
      ]);
    });
  });

  it('is held to the budgets, retries and stand-ins of now', async () => {
    const bounds: unknown[] = [];
    const note: Script = (_request, { bounds: { budget, maxRetries, standIns } }) => {
      bounds.push([budget.tenant.limits.day, maxRetries, standIns]);
      return bounds.length === 1 ? answer([use('look')]) : DONE;
    };
    const fallbackModels = ['claude-haiku-5-5', 'claude-opus-5-5'];
    const rig = createRunRig(engine(), [note], { tools: [look], fallbackModels });
    const run = await rig.submit();
    await rig.invoke(run, { before: 'tool-1-toolu_look' });
    rig.set({ dailyBudgetUsd: '3', maxRetries: 1, allowedModels: ['claude-sonnet-5-5', 'claude-opus-5-5'] });
    await rig.invoke(run);
    expect(bounds).toEqual([
      [null, null, fallbackModels],
      [parseUsd('3'), 1, ['claude-opus-5-5']],
    ]);
  });

  it('is held to the session budget of now', async () => {
    const budgets: unknown[] = [];
    const note: Script = async (_request, { account }) => {
      budgets.push(account.session?.limit ?? null);
      rig.set({ sessionBudgetUsd: '2' });
      await rig.clock.advance(LIFE_MS);
      return budgets.length === 1 ? answer([use('look')]) : DONE;
    };
    const rig: Rig = createRunRig(engine(), [note], { tools: [look] });
    await rig.invoke(await rig.submit({ sessionId: 'talk' }));
    expect(budgets).toEqual([null, parseUsd('2')]);
  });

  it('is not kept from its end by a reviewer who may not be asked any more', async () => {
    const draft: Script = async () => {
      rig.set({ status: 'suspended' });
      await rig.clock.advance(LIFE_MS);
      return answer([text('A draft.')]);
    };
    const rig: Rig = createRunRig(engine(), [draft, DONE], { pattern: 'reflection' });
    const run = await rig.submit();
    await rig.invoke(run);
    expect(await rig.rowOf(run)).toMatchObject({ status: 'failed', body: { error: { code: 'forbidden' } } });
  });

  it('that waits when it is suspended neither pays nor acts when it is woken', async () => {
    let paid = 0;
    const pay = defineTool({
      name: 'pay',
      description: '',
      input: z.object({}),
      requiresApproval: true,
      sideEffects: true,
      run: () => `paid ${(paid += 1)}`,
    });
    const rig = createRunRig(engine(), [answer([use('pay')]), DONE], { tools: [pay] });
    const run = await rig.submit();
    expect(await rig.invoke(run)).toBe('suspended');
    await rig.inbox.decide(run, 'toolu_pay', { decision: 'approve', by: 'key', at: rig.clock.now() });
    rig.set({ status: 'suspended' });
    rig.executionOf(run).wake('decide-1-1');
    expect(await rig.invoke(run)).toBe('over');
    expect(await rig.rowOf(run)).toMatchObject({ status: 'failed', body: { error: { code: 'forbidden' } } });
    expect([paid, rig.requests.length]).toEqual([0, 1]);
  });

  it.each([
    ['a slot', {}, { maxConcurrentRuns: 1 }],
    ['its session', { sessionId: 'talk' }, {}],
  ])(
    'that waits for %s when it is suspended is begun when its tenant is active again',
    async (_what, request, limits) => {
      const rig = createRunRig(engine(), [answer([use('look')]), DONE], { tools: [look], settings: limits });
      const first = await rig.submit(request);
      const second = await rig.submit(request);
      await rig.invoke(first, { before: 'tool-1-toolu_look' });
      rig.set({ status: 'suspended' });
      expect(await rig.invoke(first)).toBe('over');
      expect((await rig.rowOf(first)).body).toMatchObject({ error: { code: 'forbidden' } });
      expect(rig.started).toEqual([first.runId]);
      rig.set({ status: 'active' });
      // As the sweeper does.
      await rig.startRuns.startRun({ ...(await rig.rowOf(second)), ...second }, rig.tenant);
      expect(rig.started).toEqual([first.runId, second.runId]);
      expect(await rig.invoke(second)).toBe('over');
      expect((await rig.rowOf(second)).status).toBe('succeeded');
    },
  );

  it('pays for what was lost before it was refused', async () => {
    const rig = createRunRig(engine(), [DONE]);
    const run = await rig.submit();
    await rig.invoke(run, { after: 'model-1' });
    rig.set({ status: 'suspended' });
    await rig.invoke(run, { before: 'ended' });
    await rig.invoke(run);
    const { body } = await rig.rowOf(run);
    expect(body).toMatchObject({ usage: { costUsd: formatUsd(CALL_COST) }, error: { code: 'forbidden' } });
  });

  it('that an earlier version began, which kept no tools, goes on with those of its tenant', async () => {
    const rig = createRunRig(engine(), [answer([use('look')]), DONE], {
      tools: [look, other],
      settings: { allowedTools: ['look'] },
    });
    const run = await rig.submit();
    await rig.invoke(run, { before: 'model-1' });
    const { journal } = rig.executionOf(run);
    const { data = '' } = journal.get('snapshot') as { data: string };
    const { tools: _, ...earlier } = JSON.parse(data.slice(1)) as { tools: unknown };
    journal.set('snapshot', { data: `i${JSON.stringify(earlier)}` });
    await rig.invoke(run);
    expect(await rig.rowOf(run)).toMatchObject({
      status: 'succeeded',
      body: { usage: { costUsd: formatUsd(pico(2n * CALL_COST)) } },
    });
  });
});
