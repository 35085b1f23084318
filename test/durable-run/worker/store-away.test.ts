import { defineTool, z } from 'ballast';
import { describe, expect, it } from 'vitest';
import { formatUsd } from '../../../lib/kernel/money.ts';
import type { RunKey } from '../../../lib/runs/run-key.ts';
import { answer, text, use } from '../../agent/run-parts.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import { seededRandom } from '../../seeded-random.ts';
import { FULL } from '../../sizes.ts';
import { createRunRig, type RigOptions } from './run-rig.ts';
import { booksOf, type Fault, withOutage, workThrough } from './store-outage.ts';

const SHORT_MS = 3_000;
/** Longer than a process insists on anything. */
const LONG_MS = 30 * 60_000;

const random = seededRandom(7);
/** Too large for a checkpoint, however it is compressed. */
const LARGE = Array.from({ length: 30_000 }, () => random().toString(36).slice(2)).join('');

describeOnDynamoDb('an asynchronous run whose store is away for a while', (engine) => {
  /** A run with a tool that has an effect and one that has none, in a session that has a conversation. */
  const begun = async (options: RigOptions = {}) => {
    const effects: string[] = [];
    const pay = defineTool({
      name: 'pay',
      description: '',
      input: z.object({}),
      sideEffects: true,
      run: (_input, { idempotencyKey }) => (effects.push(idempotencyKey), LARGE),
    });
    const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
    const answers = [answer([text('Before.')]), answer([use('pay')]), answer([use('look')]), answer([text('Done.')])];
    const rig = createRunRig(engine(), [], {
      tools: [pay, look],
      maxToolOutputChars: 1_000_000,
      settings: { maxConcurrentRuns: 1 },
      ...options,
    });
    const model = withOutage(rig, (_request, nth) => answers[nth - 1] ?? answer([text('Paid too often.')]));
    const before = await rig.submit({ sessionId: 'chat' });
    await workThrough(rig, before, model.outage);
    return { rig, model, effects, outage: model.outage };
  };
  type Begun = Awaited<ReturnType<typeof begun>>;

  /** The store's method fails from its `nth` call in this run on, for so long. */
  const fails = ({ rig, outage }: Begun, method: string, fault: Fault, forMs: number, nth = 1): void => {
    const before = outage.asked.get(method) ?? 0;
    let until: number | null = null;
    outage.begin((asked) => {
      if (asked !== method || (outage.asked.get(method) ?? 0) - before < nth) return null;
      until ??= rig.clock.now() + forMs;
      return rig.clock.now() < until ? fault : null;
    });
  };

  const expectWhole = async ({ rig, model, effects }: Begun, run: RunKey) => {
    const row = await rig.rowOf(run);
    expect(row).toMatchObject({ status: 'succeeded', body: { output: 'Done.' } });
    expect([model.paid, effects]).toEqual([4, [`${run.runId}:toolu_pay`]]);
    const { reserved, slots, spent } = await booksOf(rig);
    expect([reserved, slots]).toEqual([[], []]);
    const each = spent / 4n;
    expect((row.body['usage'] as { costUsd: string }).costUsd).toBe(formatUsd((each * 3n) as typeof spent));
    expect(rig.clock.pending).toBe(0);
  };

  const METHODS = [
    'runs.findInput',
    'runs.begin',
    'runs.end',
    'inbox.read',
    'inbox.close',
    'inbox.forceClose',
    'log.tail',
    'log.append',
    'overflow.put',
    'overflow.get',
    'announce.ended',
    'toolUsage.add',
    'budgets.reserve',
    'own.findTenant',
    'own.left',
    'own.keys',
    'sessions.take',
    'sessions.load',
    'sessions.put',
    'sessions.give',
    'sessions.tidy',
    'sessionStore.find',
    'sessionStore.hasConversation',
  ];

  const FAULTS = FULL ? (['refused', 'lost'] as const) : (['lost'] as const);
  const PLACES = FULL ? [1, 2, 3, 4] : [1];

  describe.each(FAULTS)('(%s)', (fault) => {
    it.each(METHODS)('goes on where `%s` fails for a moment, wherever in the run', async (method) => {
      for (const nth of PLACES) {
        const test = await begun();
        const run = await test.rig.submit({ sessionId: 'chat' });
        fails(test, method, fault, SHORT_MS, nth);
        await workThrough(test.rig, run, test.outage);
        await expectWhole(test, run);
        expect(nth > 1 || test.outage.refusals > 0).toBe(true);
      }
    });

    it.each(FULL ? METHODS : ['runs.begin', 'budgets.reserve', 'sessions.load'])(
      'goes on where `%s` fails for half an hour, which is longer than a process insists',
      async (method) => {
        const test = await begun();
        const run = await test.rig.submit({ sessionId: 'chat' });
        fails(test, method, fault, LONG_MS);
        await workThrough(test.rig, run, test.outage);
        await expectWhole(test, run);
      },
    );

    it.each([
      ['a moment', SHORT_MS],
      ['half an hour', LONG_MS],
    ])('goes on where all of it fails for %s, from whatever request on', async (_title, forMs) => {
      for (let nth = 1; ; nth += FULL ? 1 : 7) {
        const test = await begun();
        const run = await test.rig.submit({ sessionId: 'chat' });
        const asked = test.rig.clock;
        let [made, until] = [0, 0];
        test.outage.begin((method) => {
          // What is told at the end, and what is booked, is tried by others; see test/accounts/outages.test.ts.
          if (method === 'usage.add' || method === 'budgets.settle') return null;
          made += 1;
          if (made === nth) until = asked.now() + forMs;
          return asked.now() < until ? fault : null;
        });
        await workThrough(test.rig, run, test.outage);
        await expectWhole(test, run);
        if (made < nth) break;
      }
    });
  });
});

describeOnDynamoDb('a run whose worker was killed', (engine) => {
  const DONE = answer([text('Done.')]);
  const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
  const killed = async (after: string) => {
    const rig = createRunRig(engine(), [], { tools: [look] });
    const model = withOutage(rig, (_request, nth) => (nth === 1 ? answer([use('look')]) : DONE));
    const run = await rig.submit({ sessionId: 'chat' });
    expect(await rig.invoke(run, { after })).toBe('killed');
    return { rig, run, model };
  };

  it('fails an invocation, and no more, where the store keeps from it what a replay needs', async () => {
    const { rig, run, model } = await killed('tool-1-toolu_look');
    const until = rig.clock.now() + LONG_MS;
    model.outage.begin((method) => (method === 'sessions.load' && rig.clock.now() < until ? 'refused' : null));
    expect(await workThrough(rig, run, model.outage)).toBeGreaterThan(3);
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body: { output: 'Done.' } });
    expect([model.paid, (await booksOf(rig)).reserved]).toEqual([2, []]);
  });

  it('counts no further loss while the ledger is away, however long', async () => {
    const { rig, run, model } = await killed('model-1');
    const until = rig.clock.now() + LONG_MS;
    model.outage.begin((method) => (method === 'budgets.months' && rig.clock.now() < until ? 'refused' : null));
    await workThrough(rig, run, model.outage);
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body: { output: 'Done.' } });
    // The second answer is the first that is kept.
    expect([model.paid, (await booksOf(rig)).reserved]).toEqual([2, []]);
  });
});

describeOnDynamoDb('a reservation whose answer is lost', (engine) => {
  it('is given back by the next try, where whoever made it could not', async () => {
    const rig = createRunRig(engine(), []);
    const model = withOutage(rig, () => answer([text('Done.')]));
    const run = await rig.submit();
    const until = rig.clock.now() + LONG_MS;
    model.outage.begin((method) => {
      if (rig.clock.now() >= until) return null;
      if (method === 'budgets.settle') return 'refused';
      return method === 'budgets.reserve' ? 'lost' : null;
    });
    await workThrough(rig, run, model.outage);
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded' });
    const { reserved, spent } = await booksOf(rig);
    expect([model.paid, reserved]).toEqual([1, []]);
    expect((await rig.rowOf(run)).body['usage']).toMatchObject({ costUsd: formatUsd(spent) });
  });
});

describeOnDynamoDb(
  'a call that was refused, and whose next try was counted by a worker that was killed then',
  (engine) => {
    const spentOn = async (isKilled: boolean) => {
      const rig = createRunRig(engine(), []);
      const model = withOutage(rig, () => answer([text('Done.')]));
      let counted: Parameters<typeof rig.runs.begin>[1] | null = null;
      const { runs } = rig.parts;
      const begin: typeof runs.begin = (run, step) => runs.begin(run, (counted = step));
      Object.assign(rig.parts, {
        runs: new Proxy(runs, {
          get: (target, key): unknown => (key === 'begin' ? begin : Reflect.get(target, key)),
        }),
      });
      const run = await rig.submit();
      const until = rig.clock.now() + SHORT_MS;
      model.outage.begin((method) => {
        if (!isKilled || rig.clock.now() >= until) return null;
        if (method === 'budgets.settle') return 'refused';
        return method === 'budgets.reserve' ? 'lost' : null;
      });
      await workThrough(rig, run, model.outage, async (nth) => {
        if (nth === 0 || counted === null || !isKilled) return;
        isKilled = false;
        expect(await runs.begin(run, { ...counted, step: 'model-1.2', tried: 0, over: [] })).toEqual({ begun: 1 });
      });
      expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded' });
      const { reserved, spent } = await booksOf(rig);
      expect([model.paid, reserved, isKilled]).toEqual([1, [], false]);
      return spent;
    };

    it('costs nothing for what was not sent', async () => {
      expect(await spentOn(true)).toBe(await spentOn(false));
    });
  },
);

describeOnDynamoDb('an answer that is too large for a checkpoint', (engine) => {
  it('is paid once, although the store takes it only after ten minutes', async () => {
    const rig = createRunRig(engine(), []);
    const model = withOutage(rig, () => answer([text(LARGE)]));
    const run = await rig.submit();
    let until: number | null = null;
    model.outage.begin((method) => {
      if (method !== 'overflow.put') return null;
      until ??= rig.clock.now() + 600_000;
      return rig.clock.now() < until ? 'refused' : null;
    });
    await workThrough(rig, run, model.outage);
    expect(await rig.rowOf(run)).toMatchObject({ status: 'succeeded', body: { output: LARGE } });
    expect([model.paid, rig.clock.pending]).toEqual([1, 0]);
  });
});

describeOnDynamoDb('an asynchronous run whose store never comes back', (engine) => {
  const look = defineTool({ name: 'look', description: '', input: z.object({}), run: () => 'seen' });
  const DONE = answer([text('Done.')]);
  /** Works on a run; from its `nth` call on a method of the store refuses for good. */
  const lost = async (
    method: string,
    nth: number,
    request: Parameters<ReturnType<typeof createRunRig>['submit']>[0],
  ) => {
    const rig = createRunRig(engine(), [], { tools: [look], parts: { waitMs: 3_600_000 } });
    const model = withOutage(rig, (_request, made) => (made === 1 ? answer([text('So far.'), use('look')]) : DONE));
    const run = await rig.submit(request);
    let asked = 0;
    model.outage.begin((called) => (called === method && (asked += 1) >= nth ? 'lost' : null));
    const begunAt = rig.clock.now();
    await workThrough(rig, run, model.outage);
    const { reserved, slots } = await booksOf(rig);
    expect([slots, rig.clock.pending]).toEqual([[], 0]);
    return { rig, paid: model.paid, row: await rig.rowOf(run), reserved, tookMs: rig.clock.now() - begunAt };
  };

  it.each(['budgets.reserve', 'own.keys', 'runs.begin', 'sessions.take', 'sessions.load'])(
    'ends at its own deadline, with the code of the store, where `%s` refuses before anything is paid',
    async (method) => {
      const { row, paid, tookMs } = await lost(method, 1, {
        timeoutMs: 120_000,
        sessionId: 'chat',
      });
      expect(row).toMatchObject({
        status: 'failed',
        body: { error: { code: 'store-unavailable' }, usage: { costUsd: '0' } },
      });
      expect(paid).toBe(0);
      expect(tookMs).toBeGreaterThan(100_000);
      expect(tookMs).toBeLessThan(200_000);
    },
  );

  it('is over within seconds when it is cancelled meanwhile, and asks for nothing more', async () => {
    const rig = createRunRig(engine(), []);
    const model = withOutage(rig, () => DONE);
    const run = await rig.submit();
    model.outage.begin((called) => (called === 'budgets.reserve' ? 'lost' : null));
    let [cancelledAt, asked] = [0, 0];
    await workThrough(rig, run, model.outage, async (nth) => {
      if (nth !== 30) return;
      cancelledAt = rig.clock.now();
      asked = model.outage.asked.get('budgets.reserve') ?? 0;
      await rig.inbox.cancel(run, { keyId: 'key', at: cancelledAt });
    });
    expect((await rig.rowOf(run)).status).toBe('cancelled');
    expect(rig.clock.now() - cancelledAt).toBeLessThan(20_000);
    expect([model.paid, model.outage.asked.get('budgets.reserve')]).toEqual([0, asked]);
  });

  it('ends with what it has said by then where a call has answered, and pays nothing more', async () => {
    const { row, paid, reserved } = await lost('budgets.reserve', 2, { timeoutMs: 120_000 });
    expect(row).toMatchObject({ status: 'incomplete', body: { stopReason: 'deadline', output: 'So far.' } });
    expect([paid, reserved.length]).toEqual([1, 0]);
  });

  it('ends after its longest wait where it has no deadline of its own', async () => {
    const { row, paid, tookMs, rig } = await lost('budgets.reserve', 1, {});
    expect(row).toMatchObject({ status: 'failed', body: { error: { code: 'store-unavailable' } } });
    expect(paid).toBe(0);
    expect(tookMs).toBeGreaterThan(3_500_000);
    expect(tookMs).toBeLessThan(4_000_000);
    // A wait is one line of its trace, however often it was tried.
    expect(row.steps.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'model claude-sonnet-5-5',
      'wait store',
      'model claude-sonnet-5-5',
    ]);
    expect(rig.executionOf({ tenantId: rig.tenantId, runId: row.runId }).done.length).toBeLessThan(60);
  });
});
