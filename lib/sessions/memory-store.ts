import type { Clock } from '../kernel/clock.ts';
import { partitionOf, waitingKey } from './session-item.ts';
import type { SessionHead, SessionKey, SessionRun, SessionStore, WaitingRun } from './types.ts';

/** For tests, and for an environment without a table. Nothing expires. */
export const createMemorySessionStore = (clock: Pick<Clock, 'now'>): SessionStore => {
  const heads = new Map<string, SessionHead>();
  const texts = new Map<string, Map<string, string>>();
  const runs = new Map<string, SessionRun[]>();
  const waiting = new Map<string, WaitingRun[]>();
  const textsOf = (key: SessionKey): Map<string, string> => {
    const found = texts.get(partitionOf(key)) ?? new Map<string, string>();
    texts.set(partitionOf(key), found);
    return found;
  };
  return {
    async find(key) {
      return heads.get(partitionOf(key)) ?? null;
    },
    async replace(head, read) {
      if ((heads.get(partitionOf(head))?.version ?? null) !== (read?.version ?? null)) return false;
      heads.set(partitionOf(head), head);
      return true;
    },
    async addRun(key, run) {
      runs.set(partitionOf(key), [...(runs.get(partitionOf(key)) ?? []), { ...run, addedAt: clock.now() }]);
    },
    async runsOf(key) {
      return runs.get(partitionOf(key)) ?? [];
    },
    async removeRun(key, runId) {
      runs.set(
        partitionOf(key),
        (runs.get(partitionOf(key)) ?? []).filter((run) => run.runId !== runId),
      );
      waiting.set(
        partitionOf(key),
        (waiting.get(partitionOf(key)) ?? []).filter((run) => run.runId !== runId),
      );
      textsOf(key).delete(runId);
    },
    async wait(key, run) {
      const others = (waiting.get(partitionOf(key)) ?? []).filter(({ runId }) => runId !== run.runId);
      const place = (each: WaitingRun) => waitingKey(key, each).sk;
      waiting.set(
        partitionOf(key),
        [...others, run].toSorted((a, b) => (place(a) < place(b) ? -1 : 1)),
      );
    },
    async firstWaiting(key) {
      return waiting.get(partitionOf(key))?.[0] ?? null;
    },
    async waitNoMore(key, { runId }) {
      const others = (waiting.get(partitionOf(key)) ?? []).filter((each) => each.runId !== runId);
      waiting.set(partitionOf(key), others);
    },
    async putConversation(key, { runId }, text) {
      textsOf(key).set(runId, text);
    },
    async hasConversation(key, runId) {
      return textsOf(key).has(runId);
    },
    async readConversation(key, runId) {
      return textsOf(key).get(runId) ?? null;
    },
    async removeConversation(key, runId) {
      textsOf(key).delete(runId);
    },
    async erase(key, runIds) {
      const rest = <T extends { readonly runId: string }>(all: readonly T[] = []) =>
        all.filter(({ runId }) => !runIds.includes(runId));
      runs.set(partitionOf(key), rest(runs.get(partitionOf(key))));
      waiting.set(partitionOf(key), rest(waiting.get(partitionOf(key))));
      for (const part of [texts, heads]) part.delete(partitionOf(key));
    },
    async list(tenantId, { limit }) {
      const all = [...heads.values()].filter((head) => head.tenantId === tenantId && head.conversationOf !== null);
      const sessions = all.toSorted((a, b) => b.updatedAt - a.updatedAt).slice(0, limit);
      return { sessions, nextCursor: null };
    },
  };
};
