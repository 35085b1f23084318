import { expect, it } from 'vitest';
import { pseudonymOf } from '../../lib/kernel/ids/pseudonym.ts';
import { pico } from '../../lib/kernel/money.ts';
import { NOTHING_USED } from '../../lib/sessions/session-item.ts';
import type { SessionHead, SessionKey, SessionStore } from '../../lib/sessions/types.ts';
import type { FakeClock } from '../fake-clock.ts';

export const keyFor = (sessionId: string, more: Partial<SessionKey> = {}): SessionKey => ({
  tenantId: 'demo',
  userId: null,
  sessionId,
  ...more,
});

export const headFor = (key: SessionKey, now: number, more: Partial<SessionHead> = {}): SessionHead => ({
  ...key,
  agent: 'assistant',
  createdAt: now,
  updatedAt: now,
  conversationOf: null,
  holder: null,
  usage: NOTHING_USED,
  spent: pico(0n),
  version: 1,
  ...more,
});

/** What every store of sessions promises. */
export const sessionStoreContract = (open: () => { readonly store: SessionStore; readonly clock: FakeClock }): void => {
  it('a head is found as it was written, by its own key alone', async () => {
    const { store, clock } = open();
    const key = keyFor('found', { userId: pseudonymOf('ada') });
    const holder = { runId: 'run_1', mode: 'sync' as const, takenAt: clock.now(), until: clock.now() + 1 };
    const usage = { ...NOTHING_USED, modelCalls: 2, cost: pico(123n) };
    const head = headFor(key, clock.now(), { holder, usage, spent: pico(456n), conversationOf: 'run_0' });
    expect(await store.find(key)).toBeNull();
    expect(await store.replace(head, null)).toBe(true);
    expect(await store.find(key)).toEqual(head);
    for (const other of [
      { tenantId: 'other' },
      { userId: null },
      { userId: pseudonymOf('bob') },
      { sessionId: 'founder' },
    ])
      expect(await store.find({ ...key, ...other })).toBeNull();
  });

  it('of two who have read the same, one replaces it', async () => {
    const { store, clock } = open();
    const key = keyFor('replaced');
    const first = headFor(key, clock.now());
    const founded = await Promise.all([store.replace(first, null), store.replace(first, null)]);
    expect(founded.filter(Boolean)).toHaveLength(1);
    const next = { ...first, version: 2 };
    const won = await Promise.all([store.replace(next, first), store.replace({ ...next, agent: 'other' }, first)]);
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.replace(next, null)).toBe(false);
    expect((await store.find(key))?.version).toBe(2);
  });

  it('conversations of any size stand beside each other until they are removed', async () => {
    const { store } = open();
    const key = keyFor('texts');
    const long = Array.from({ length: 200_000 }, (_, at) => ((at * 7_919) % 104_729).toString(36)).join('');
    await store.putConversation(key, { runId: 'run_1', agent: 'assistant' }, long);
    await store.putConversation(key, { runId: 'run_2', agent: 'assistant' }, 'short');
    expect(await store.readConversation(key, 'run_1')).toBe(long);
    expect(await store.hasConversation(key, 'run_2')).toBe(true);
    await store.removeConversation(key, 'run_1');
    expect(await store.readConversation(key, 'run_1')).toBeNull();
    expect(await store.readConversation(key, 'run_2')).toBe('short');
    expect(await store.hasConversation(keyFor('other'), 'run_2')).toBe(false);
  });

  it('runs that wait stand in the order in which they were created, each once', async () => {
    const { store } = open();
    const [key, other] = [keyFor('waited'), keyFor('waited', { userId: pseudonymOf('ada') })];
    const run = (runId: string, createdAt: number) => ({ runId, agent: 'assistant', createdAt });
    expect(await store.firstWaiting(key)).toBeNull();
    for (const each of [run('run_3', 9_000), run('run_2', 9_000), run('run_1', 10_000), run('run_2', 9_000)])
      await store.wait(key, each);
    const order: unknown[] = [];
    for (let first = await store.firstWaiting(key); first !== null; first = await store.firstWaiting(key)) {
      order.push(first);
      await store.waitNoMore(key, first);
      await store.waitNoMore(key, first);
    }
    expect(order).toEqual([run('run_2', 9_000), run('run_3', 9_000), run('run_1', 10_000)]);
    expect(await store.firstWaiting(other)).toBeNull();
  });

  it('what is erased is gone with its runs, and nothing else', async () => {
    const { store, clock } = open();
    const [key, other] = [keyFor('gone'), keyFor('stays')];
    for (const each of [key, other]) {
      await store.replace(headFor(each, clock.now(), { conversationOf: 'run_1' }), null);
      await store.putConversation(each, { runId: 'run_1', agent: 'assistant' }, 'text');
      await store.addRun(each, { runId: 'run_1', claimKey: 'demo#abc' });
      await store.addRun(each, { runId: 'run_2', claimKey: null });
      await store.wait(each, { runId: 'run_1', agent: 'assistant', createdAt: 1 });
    }
    await store.erase(key, ['run_1', 'run_2']);
    expect(await store.firstWaiting(key)).toBeNull();
    expect(await store.firstWaiting(other)).not.toBeNull();
    expect([await store.find(key), await store.readConversation(key, 'run_1')]).toEqual([null, null]);
    expect(await store.runsOf(key)).toEqual([]);
    expect(await store.runsOf(other)).toEqual([
      { runId: 'run_1', claimKey: 'demo#abc', addedAt: clock.now() },
      { runId: 'run_2', claimKey: null, addedAt: clock.now() },
    ]);
    expect(await store.readConversation(other, 'run_1')).toBe('text');
  });

  it('what one run has left is removed, and nothing of the others', async () => {
    const { store, clock } = open();
    const key = keyFor('left');
    await store.replace(headFor(key, clock.now(), { conversationOf: 'run_2' }), null);
    const long = Array.from({ length: 200_000 }, (_, at) => ((at * 7_919) % 104_729).toString(36)).join('');
    for (const runId of ['run_1', 'run_2']) {
      await store.putConversation(key, { runId, agent: 'assistant' }, long);
      await store.addRun(key, { runId, claimKey: null });
      await store.wait(key, { runId, agent: 'assistant', createdAt: 1 });
    }
    await store.removeRun(key, 'run_1');
    await store.removeRun(key, 'run_1');
    expect(await store.hasConversation(key, 'run_1')).toBe(false);
    expect(await store.readConversation(key, 'run_2')).toBe(long);
    expect((await store.runsOf(key)).map(({ runId }) => runId)).toEqual(['run_2']);
    expect(await store.firstWaiting(key)).toMatchObject({ runId: 'run_2' });
    expect(await store.find(key)).not.toBeNull();
  });

  it('a run that was submitted while its session was being erased is still noted, and still waits', async () => {
    const { store } = open();
    const key = keyFor('again');
    await store.addRun(key, { runId: 'run_1', claimKey: null });
    await store.addRun(key, { runId: 'run_2', claimKey: null });
    await store.wait(key, { runId: 'run_2', agent: 'assistant', createdAt: 1 });
    await store.erase(key, ['run_1']);
    expect((await store.runsOf(key)).map(({ runId }) => runId)).toEqual(['run_2']);
    expect(await store.firstWaiting(key)).toMatchObject({ runId: 'run_2' });
  });
};
