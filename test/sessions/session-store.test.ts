import { describe, expect, it } from 'vitest';
import { readNumber } from '../../lib/dynamodb/attributes.ts';
import { createDynamoDbSessionStore } from '../../lib/sessions/dynamodb-store.ts';
import { createMemorySessionStore } from '../../lib/sessions/memory-store.ts';
import { conversationKey, headKey } from '../../lib/sessions/session-item.ts';
import { headFor, keyFor, sessionStoreContract } from '../contracts/session-store.contract.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { createFakeClock } from '../fake-clock.ts';
import { seededRandom } from '../seeded-random.ts';

const DAY_MS = 86_400_000;

describe('sessions in memory', () => {
  sessionStoreContract(() => {
    const clock = createFakeClock();
    return { clock, store: createMemorySessionStore(clock) };
  });
});

describeOnDynamoDb('sessions', (engine) => {
  const open = () => {
    const clock = createFakeClock();
    const retentionOf = (agent: string) => (agent === 'brief' ? 2 : agent === 'long' ? 400 : 30) * DAY_MS;
    const lives = { retentionOf, runRetentionMs: 30 * DAY_MS, longestWaitMs: 7 * DAY_MS };
    return {
      clock,
      store: createDynamoDbSessionStore({
        table: engine().table('RunsTable'),
        clock,
        random: seededRandom(7),
        ...lives,
      }),
    };
  };
  sessionStoreContract(open);

  it('a conversation that was not used for longer than sessions last counts as gone, but for who holds it', async () => {
    const { store, clock } = open();
    const key = keyFor('old');
    const head = headFor(key, clock.now(), { conversationOf: 'run_1' });
    await store.replace(head, null);
    clock.stepWall(30 * DAY_MS - 1_000);
    expect((await store.find(key))?.conversationOf).toBe('run_1');
    const holder = { runId: 'run_2', mode: 'async' as const, takenAt: clock.now(), until: null };
    const held = { ...head, holder, version: 2 };
    await store.replace(held, head);
    clock.stepWall(2_000);
    expect((await store.find(key))?.conversationOf).toBe('run_1');
    // A use that left nothing does not make it last longer.
    await store.replace({ ...head, version: 3 }, held);
    expect((await store.find(key))?.conversationOf).toBeNull();
  });

  it('is kept for as long as its agent says, with its conversation', async () => {
    const { store, clock } = open();
    const table = engine().table('RunsTable');
    for (const [agent, days] of [
      ['brief', 2],
      ['assistant', 30],
      ['long', 400],
    ] as const) {
      const key = keyFor('kept', { tenantId: agent });
      const head = headFor(key, clock.now(), { agent, conversationOf: 'run_1' });
      await store.replace(head, null);
      await store.putConversation(key, { runId: 'run_1', agent }, 'text');
      for (const item of [headKey(key), conversationKey(key, 'run_1')])
        expect(readNumber((await table.get(item)) ?? {}, 'expiresAt')).toBe(
          Math.floor((clock.now() + (days + 7) * DAY_MS) / 1_000),
        );
      const at = clock.now();
      const listed = async () => (await store.list(agent, { limit: 5, cursor: null })).sessions.length;
      clock.stepWall(days * DAY_MS - 1_000);
      expect([(await store.find(key))?.conversationOf, await listed()]).toEqual(['run_1', 1]);
      clock.stepWall(1_000);
      expect([(await store.find(key))?.conversationOf, await listed()]).toEqual([null, 0]);
      clock.stepWall(at - clock.now());
    }
  });

  it('are listed by pages, the one used last first, without those that have no conversation or have expired', async () => {
    const { store, clock } = open();
    const tenantId = 'lister';
    const put = async (sessionId: string, conversationOf: string | null = 'run_1') => {
      clock.stepWall(1_000);
      await store.replace(headFor(keyFor(sessionId, { tenantId }), clock.now(), { conversationOf }), null);
    };
    await put('expired');
    clock.stepWall(30 * DAY_MS);
    for (const sessionId of ['a', 'b', 'c', 'd', 'e']) await put(sessionId);
    await put('none', null);
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof store.list>> = await store.list(tenantId, { limit: 2, cursor });
      expect(page.sessions.length).toBeLessThanOrEqual(2);
      ids.push(...page.sessions.map(({ sessionId }) => sessionId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(ids).toEqual(['e', 'd', 'c', 'b', 'a']);
    const { nextCursor } = await store.list(tenantId, { limit: 2, cursor: null });
    await expect(store.list('other', { limit: 2, cursor: nextCursor })).rejects.toMatchObject({
      code: 'invalid-request',
      issues: [{ path: 'cursor' }],
    });
  });
});
