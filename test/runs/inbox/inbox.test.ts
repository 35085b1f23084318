import { expect, it } from 'vitest';
import { createInboxStore, MAX_MESSAGE_BYTES, MAX_MESSAGES } from '../../../lib/runs/inbox/inbox.ts';
import type { ApprovalRequest, InboxMessage } from '../../../lib/runs/inbox/inbox-item.ts';
import { describeOnDynamoDb } from '../../dynamodb.ts';
import type { Fault } from '../../dynamodb/faulty-client.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { seededRandom } from '../../seeded-random.ts';
import { size } from '../../sizes.ts';
import { countedTable, noise } from '../counted-table.ts';

const RETENTION_MS = 37 * 24 * 3_600_000;

const run = (runId: string) => ({ tenantId: 'acme', runId });

const message = (messageId: string, content = 'Grüße 🌍 \u0000 \ud800', interrupt = false): InboxMessage => ({
  messageId,
  content,
  interrupt,
});

const request = (toolUseId: string, change: Partial<ApprovalRequest> = {}): ApprovalRequest => ({
  toolUseId,
  tool: 'issue_refund',
  input: { orderId: 'A-1', amountUsd: '12.50' },
  requestedAt: 1_795_000_000_000,
  expiresAt: 1_795_604_800_000,
  ...change,
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

const approve = { decision: 'approve', by: 'key_1', at: 1_795_000_001_000 } as const;

describeOnDynamoDb('the inbox of a run', (engine) => {
  const random = seededRandom(11);
  const open = (...faults: Fault[]) => {
    const counted = countedTable(engine(), ...faults);
    const clock = createFakeClock();
    const options = { table: counted.table, clock, random, retentionMs: RETENTION_MS };
    return { ...counted, inbox: createInboxStore(options), clock };
  };
  const opened = async (runId: string, maxCostUsd: string | null = null, ...faults: Fault[]) => {
    await open().inbox.create(run(runId), { maxCostUsd });
    return open(...faults);
  };

  it('is made once, and is empty', async () => {
    const { inbox, operations } = open();
    expect(await inbox.read(run('run_new'))).toBeNull();
    await inbox.create(run('run_new'), { maxCostUsd: '0.50' });
    await inbox.create(run('run_new'), { maxCostUsd: '9' });
    expect(await inbox.read(run('run_new'), { eventually: true })).toEqual({
      maxCostUsd: '0.5',
      raises: 0,
      cancelled: null,
      messages: [],
      approvals: [],
      decisions: [],
      closed: false,
    });
    expect(operations()).toEqual(['GetItem', 'PutItem', 'PutItem', 'GetItem']);
  });

  it('takes each signal by one write', async () => {
    const { inbox, operations } = await opened('run_costs', '1');
    await inbox.post(run('run_costs'), message('m1'));
    await inbox.ask(run('run_costs'), request('t1'));
    await inbox.decide(run('run_costs'), 't1', approve);
    await inbox.raise(run('run_costs'), '2');
    await inbox.cancel(run('run_costs'), { keyId: 'key_1', at: 1 });
    await inbox.close(run('run_costs'), 1);
    await inbox.forceClose(run('run_costs'));
    expect(operations()).toEqual(upTo(7).map(() => 'UpdateItem'));
  });

  it('says closed where there is none, and makes none', async () => {
    const { inbox } = open();
    const none = run('run_none');
    expect(await inbox.post(none, message('m1'))).toBe('closed');
    expect(await inbox.cancel(none, { keyId: 'key_1', at: 1 })).toBe('closed');
    expect(await inbox.raise(none, null)).toBe('closed');
    expect(await inbox.raise(none, '1')).toBe('closed');
    expect(await inbox.ask(none, request('t1'))).toBe('closed');
    expect(await inbox.decide(none, 't1', approve)).toBe('closed');
    expect(await inbox.close(none, 0)).toBe(false);
    await inbox.forceClose(none);
    expect(await inbox.read(none)).toBeNull();
  });

  it('lives on for its time after each change', async () => {
    const { inbox, clock, table } = await opened('run_renewed');
    await clock.advance(5 * 86_400_000);
    await inbox.post(run('run_renewed'), message('m1'));
    const item = await table.get({ pk: 'acme/run_renewed', sk: 'inbox' });
    expect(item?.['expiresAt']).toEqual({ N: String((clock.now() + RETENTION_MS) / 1000) });
  });

  it('has every one of 50 messages posted at once, in one order and as they were', async () => {
    const { inbox } = await opened('run_posts');
    const sent = upTo(50).map((at) => message(`m${at}`, `${at} \ud800 🌍`, at % 2 === 0));
    expect(new Set(await Promise.all(sent.map((one) => inbox.post(run('run_posts'), one))))).toEqual(
      new Set(['taken']),
    );
    const first = (await inbox.read(run('run_posts')))?.messages ?? [];
    expect(first).toHaveLength(50);
    expect(first).toEqual(expect.arrayContaining(sent));
    await inbox.post(run('run_posts'), message('after'));
    expect((await inbox.read(run('run_posts')))?.messages).toEqual([...first, message('after')]);
  });

  it('has a message once, also where the answer to it was lost', async () => {
    const { inbox, operations } = await opened('run_post_lost', null, 'lost');
    expect(await inbox.post(run('run_post_lost'), message('m1'))).toBe('taken');
    expect(await inbox.post(run('run_post_lost'), message('m1'))).toBe('taken');
    expect(operations()).toHaveLength(2);
    expect(await inbox.post(run('run_post_lost'), { ...message('m1'), sentAt: 9 })).toBe('taken');
    expect(await inbox.post(run('run_post_lost'), message('m1', 'other'))).toBe('other');
    expect((await inbox.read(run('run_post_lost')))?.messages).toEqual([message('m1')]);
  });

  it('is full after so many messages', async () => {
    const { inbox } = await opened('run_many');
    for (const at of upTo(MAX_MESSAGES - 5)) await inbox.post(run('run_many'), message(`m${at}`, 'x'));
    const outcomes = await Promise.all(upTo(20).map((at) => inbox.post(run('run_many'), message(`n${at}`, 'x'))));
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'full')).toHaveLength(15);
    expect((await inbox.read(run('run_many')))?.messages).toHaveLength(MAX_MESSAGES);
  });

  it('is full after so many bytes, counted as they are stored, and still has room for all else', async () => {
    const { inbox } = await opened('run_bytes');
    const third = noise(MAX_MESSAGE_BYTES / 3 - 3_000).replaceAll(/["\\]/g, '-');
    for (const id of ['m1', 'm2', 'm3']) expect(await inbox.post(run('run_bytes'), message(id, third))).toBe('taken');
    expect(await inbox.post(run('run_bytes'), message('m4', '\u0000'.repeat(2_000)))).toBe('full');
    expect(await inbox.post(run('run_bytes'), message('m5', 'x'.repeat(2_000)))).toBe('taken');
    expect(await inbox.post(run('run_bytes'), message('m6', 'x'.repeat(MAX_MESSAGE_BYTES)))).toBe('full');
    const reason = 'r'.repeat(800);
    const decided = size(30, 150);
    for (const at of upTo(decided)) {
      expect(await inbox.ask(run('run_bytes'), request(`t${at}`))).toBe('taken');
      expect(await inbox.decide(run('run_bytes'), `t${at}`, { ...approve, reason })).toBe('taken');
    }
    expect((await inbox.read(run('run_bytes')))?.decisions).toHaveLength(decided);
  });

  it('remembers who cancelled first', async () => {
    const { inbox } = await opened('run_cancel', null, 'lost');
    expect(await inbox.cancel(run('run_cancel'), { keyId: 'key_1', at: 5 })).toBe('taken');
    expect(await inbox.cancel(run('run_cancel'), { keyId: 'key_2', at: 6 })).toBe('taken');
    expect((await inbox.read(run('run_cancel')))?.cancelled).toEqual({ keyId: 'key_1', at: 5 });
  });

  it('raises its limit only to a higher one, and counts', async () => {
    const { inbox } = await opened('run_raise', '0.10', 'lost');
    const seen = async () => {
      const { maxCostUsd, raises } = (await inbox.read(run('run_raise'))) ?? {};
      return [maxCostUsd, raises];
    };
    expect(await inbox.raise(run('run_raise'), '0.25')).toBe('taken');
    expect(await seen()).toEqual(['0.25', 1]);
    expect(await inbox.raise(run('run_raise'), '0.250')).toBe('not-higher');
    expect(await inbox.raise(run('run_raise'), '0.2')).toBe('not-higher');
    expect(await seen()).toEqual(['0.25', 1]);
    expect(await inbox.raise(run('run_raise'), null)).toBe('taken');
    expect(await seen()).toEqual(['0.25', 2]);
  });

  it('has no limit to raise where there was none', async () => {
    const { inbox } = await opened('run_raise_none');
    expect(await inbox.raise(run('run_raise_none'), '5')).toBe('not-higher');
    expect(await inbox.raise(run('run_raise_none'), null)).toBe('taken');
    expect(await inbox.read(run('run_raise_none'))).toMatchObject({ maxCostUsd: null, raises: 1 });
  });

  it('ends at the highest of many raises at once', async () => {
    const { inbox } = await opened('run_raises', '1');
    await Promise.all(upTo(20).map((at) => inbox.raise(run('run_raises'), String(((at * 7) % 20) + 2))));
    expect((await inbox.read(run('run_raises')))?.maxCostUsd).toBe('21');
  });

  it('opens an approval once, and shows it until it is decided', async () => {
    const { inbox } = await opened('run_ask', null, 'lost');
    const old = request('t2', { requestedAt: 1 });
    expect(await inbox.ask(run('run_ask'), request('t1'))).toBe('taken');
    expect(await inbox.ask(run('run_ask'), request('t1', { requestedAt: 7 }))).toBe('taken');
    expect(await inbox.ask(run('run_ask'), old)).toBe('taken');
    expect((await inbox.read(run('run_ask')))?.approvals).toEqual([old, request('t1')]);
    const edit = { decision: 'edit', input: { amountUsd: '1' }, reason: 'less', by: 'key_1', at: 9 } as const;
    expect(await inbox.decide(run('run_ask'), 't1', edit)).toBe('taken');
    expect(await inbox.ask(run('run_ask'), request('t1'))).toBe('taken');
    expect(await inbox.read(run('run_ask'))).toMatchObject({
      approvals: [old],
      decisions: [{ toolUseId: 't1', ...edit }],
    });
  });

  it('takes one of many decisions at once, equal ones and the expiry among them', async () => {
    const { inbox } = await opened('run_decide');
    await inbox.ask(run('run_decide'), request('t1'));
    const outcomes = await Promise.all([
      ...upTo(15).map(() => inbox.decide(run('run_decide'), 't1', approve)),
      ...upTo(5).map((at) => inbox.expire(run('run_decide'), 't1', at)),
    ]);
    expect(outcomes.filter((outcome) => outcome === 'taken')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'decided')).toHaveLength(19);
    const winner = outcomes.indexOf('taken');
    const [decision, ...others] = (await inbox.read(run('run_decide')))?.decisions ?? [];
    expect(others).toEqual([]);
    const expired = { toolUseId: 't1', decision: 'expire', by: null, at: winner - 14 };
    expect(decision).toEqual(winner < 15 ? { toolUseId: 't1', ...approve } : expired);
  });

  it('knows its own decision after a lost answer, and refuses one of what was not asked', async () => {
    const { inbox } = await opened('run_decide_lost', null, 'ok', 'lost');
    await inbox.ask(run('run_decide_lost'), request('t1'));
    expect(await inbox.decide(run('run_decide_lost'), 't1', approve)).toBe('taken');
    expect(await inbox.decide(run('run_decide_lost'), 't1', approve)).toBe('decided');
    expect(await inbox.decide(run('run_decide_lost'), 't2', approve)).toBe('unknown');
    expect(await inbox.expire(run('run_decide_lost'), 't1', 3)).toBe('decided');
  });

  it('has inputs of any size', async () => {
    const { inbox, operations } = await opened('run_large');
    const input = { text: noise(900_000) };
    await inbox.ask(run('run_large'), request('t1', { input }));
    expect(operations()).toEqual(['PutItem', 'PutItem', 'PutItem', 'UpdateItem']);
    expect((await inbox.read(run('run_large')))?.approvals).toEqual([request('t1', { input })]);
    await inbox.decide(run('run_large'), 't1', { ...approve, decision: 'edit', input });
    expect((await inbox.read(run('run_large')))?.decisions).toMatchObject([{ toolUseId: 't1', input }]);
  });

  it('takes nothing more once it is closed', async () => {
    const { inbox } = await opened('run_closed', '1', 'ok', 'lost');
    const closed = run('run_closed');
    await inbox.ask(closed, request('t1'));
    expect(await inbox.close(closed, 0)).toBe(true);
    expect(await inbox.close(closed, 0)).toBe(true);
    const before = await inbox.read(closed);
    expect(await inbox.post(closed, message('m1'))).toBe('closed');
    expect(await inbox.cancel(closed, { keyId: 'key_1', at: 1 })).toBe('closed');
    expect(await inbox.raise(closed, null)).toBe('closed');
    expect(await inbox.raise(closed, '2')).toBe('closed');
    expect(await inbox.ask(closed, request('t2'))).toBe('closed');
    expect(await inbox.decide(closed, 't1', approve)).toBe('closed');
    expect(await inbox.expire(closed, 't1', 1)).toBe('closed');
    expect(await inbox.read(closed)).toEqual(before);
    expect(before?.closed).toBe(true);
  });

  it('stays open where a message or a cancellation was not read, unless it must close', async () => {
    const { inbox } = await opened('run_unread');
    await inbox.post(run('run_unread'), message('m1'));
    expect(await inbox.close(run('run_unread'), 0)).toBe(false);
    await inbox.cancel(run('run_unread'), { keyId: 'key_1', at: 1 });
    expect(await inbox.close(run('run_unread'), 1)).toBe(false);
    expect((await inbox.read(run('run_unread')))?.closed).toBe(false);
    await inbox.forceClose(run('run_unread'));
    expect(await inbox.post(run('run_unread'), message('m2'))).toBe('closed');
  });

  it.each([
    ['a message', (store: ReturnType<typeof open>['inbox'], runId: string) => store.post(run(runId), message('m1'))],
    [
      'a cancellation',
      (store: ReturnType<typeof open>['inbox'], runId: string) => store.cancel(run(runId), { keyId: 'k', at: 1 }),
    ],
  ])('of its end and %s at once exactly one wins', async (title, send) => {
    const { inbox } = open();
    const winners = new Set<string>();
    for (const round of upTo(40)) {
      const runId = `run_race_${title.at(-1)}_${round}`;
      await inbox.create(run(runId), { maxCostUsd: null });
      const close = () => inbox.close(run(runId), 0);
      const sent = () => send(inbox, runId);
      const [first, second] = await Promise.all(round % 2 === 0 ? [close(), sent()] : [sent(), close()]);
      const [closed, outcome] = typeof first === 'boolean' ? [first, second] : [second, first];
      expect([closed, outcome]).toEqual(closed === true ? [true, 'closed'] : [false, 'taken']);
      winners.add(String(outcome));
    }
    expect(winners.size).toBe(2);
  });
});
