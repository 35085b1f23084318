import { type Item, keyOf, n, optional, readNumber, readString, s } from '../dynamodb/attributes.ts';
import { loadText, storeText } from '../dynamodb/large-text.ts';
import type { Table } from '../dynamodb/table.ts';
import { type Clock, epochSeconds, type Random } from '../kernel/clock.ts';
import { concurrently } from '../kernel/concurrently.ts';
import { createSessionList } from './list-sessions.ts';
import {
  conversationKey,
  fromItem,
  headKey,
  partitionOf,
  runKey,
  toItem,
  WAITING,
  waitingKey,
} from './session-item.ts';
import type { SessionHead, SessionKey, SessionStore } from './types.ts';

export interface DynamoDbSessionStoreOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a session of an agent is there after its last use. */
  readonly retentionOf: (agent: string) => number;
  /** How long a run is kept, and with it the note that it was of a session. */
  readonly runRetentionMs: number;
  /** How much longer its items are, for a run that began in that time: the longest wait of one. */
  readonly longestWaitMs: number;
}

/** Items removed at a time. */
const AT_ONCE = 8;

/** Sessions in the runs table: a head, the conversation it points to, and a note of each run, in one partition. */
export const createDynamoDbSessionStore = (options: DynamoDbSessionStoreOptions): SessionStore => {
  const { table, clock, random, retentionOf, runRetentionMs, longestWaitMs } = options;
  const expiryAfter = (ms: number) => epochSeconds(clock.now() + ms + longestWaitMs);

  const removeAll = async (items: AsyncIterable<Item>, which = (_item: Item) => true): Promise<void> => {
    const keys: string[] = [];
    const pks: string[] = [];
    for await (const item of items) {
      if (!which(item)) continue;
      pks.push(readString(item, 'pk'));
      keys.push(readString(item, 'sk'));
    }
    await concurrently([...keys.keys()], AT_ONCE, async (at) => {
      await table.remove({ pk: pks[at] ?? '', sk: keys[at] ?? '' }, { has: ['pk'] });
    });
  };

  return {
    async find(key) {
      const item = await table.get(headKey(key));
      return item === null ? null : fromItem(key, item, clock.now());
    },

    async replace(head, read) {
      // A conversation is as old as its last use; a session without one lasts as long as what it has spent matters.
      const usedUntil = (head.conversationOf === null ? clock.now() : head.updatedAt) + retentionOf(head.agent);
      const item = toItem(head, usedUntil, expiryAfter(retentionOf(head.agent)));
      return read === null ? table.putNew(item) : table.replace(item, { equal: { version: n(read.version) } });
    },

    async addRun(key, { runId, claimKey }) {
      const claim = claimKey === null ? {} : { claimKey: s(claimKey) };
      const times = { addedAt: n(clock.now()), expiresAt: n(expiryAfter(runRetentionMs)) };
      await table.put({ ...keyOf(runKey(key, runId)), run: s(runId), ...claim, ...times });
    },

    async runsOf(key) {
      const runs = [];
      for await (const item of table.query(partitionOf(key), 'r#')) {
        const claimKey = optional(item, 'claimKey', readString);
        runs.push({ runId: readString(item, 'run'), claimKey, addedAt: readNumber(item, 'addedAt') });
      }
      return runs;
    },

    async removeRun(key, runId) {
      await removeAll(table.query(partitionOf(key), conversationKey(key, runId).sk));
      await removeAll(table.query(partitionOf(key), WAITING), (item) => readString(item, 'run') === runId);
      await table.remove(runKey(key, runId), { has: ['pk'] });
    },

    async wait(key, run) {
      const { runId, agent, createdAt } = run;
      const fields = {
        run: s(runId),
        agent: s(agent),
        createdAt: n(createdAt),
        expiresAt: n(expiryAfter(runRetentionMs)),
      };
      await table.put({ ...keyOf(waitingKey(key, run)), ...fields });
    },

    async firstWaiting(key) {
      for await (const item of table.query(partitionOf(key), WAITING, { pageSize: 1 })) {
        const runId = readString(item, 'run');
        return { runId, agent: readString(item, 'agent'), createdAt: readNumber(item, 'createdAt') };
      }
      return null;
    },

    async waitNoMore(key, run) {
      await table.remove(waitingKey(key, run), { has: ['pk'] });
    },

    async putConversation(key, { runId, agent }, text) {
      const owner = conversationKey(key, runId);
      const expiresAt = expiryAfter(retentionOf(agent));
      const stored = await storeText(table, { ...owner, expiresAt }, text, random);
      await table.put({ ...keyOf(owner), ...stored, expiresAt: n(expiresAt) });
    },

    async hasConversation(key, runId) {
      return (await table.get(conversationKey(key, runId))) !== null;
    },

    async readConversation(key, runId) {
      const owner = conversationKey(key, runId);
      const item = await table.get(owner);
      return item === null ? null : loadText(table, owner, item);
    },

    removeConversation: (key, runId) => removeAll(table.query(partitionOf(key), conversationKey(key, runId).sk)),

    async erase(key, runIds) {
      await removeAll(table.query(partitionOf(key), 'c#'));
      await removeAll(table.query(partitionOf(key), WAITING), (item) => runIds.includes(readString(item, 'run')));
      await concurrently(runIds, AT_ONCE, (runId) => table.remove(runKey(key, runId), { has: ['pk'] }));
      await table.remove(headKey(key), { has: ['pk'] });
    },

    ...createSessionList({ table, clock, retentionOf }),
  };
};

/** As it is before its first run. */
export const newHead = (key: SessionKey, agent: string, now: number): Omit<SessionHead, 'usage' | 'spent'> => ({
  ...key,
  agent,
  createdAt: now,
  updatedAt: now,
  conversationOf: null,
  holder: null,
  version: 0,
});
