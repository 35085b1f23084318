import { flag, type Item, keyOf, n, optional, readNumber, s } from '../dynamodb/attributes.ts';
import { loadText, storeText } from '../dynamodb/large-text.ts';
import type { Table } from '../dynamodb/table.ts';
import { lazy } from '../kernel/caching/lazy.ts';
import { type Clock, type EpochSeconds, epochSeconds, type Random } from '../kernel/clock.ts';
import { headKey, isExpired, type RunContent, toHead, toRow } from './run-item.ts';
import { partitionOf, type RunKey } from './run-key.ts';
import type { AsyncRunStore, RunList, RunRow, RunStore } from './types.ts';

export interface DynamoDbRunStoreOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** How long a run is kept after its end. */
  readonly retentionMs: number;
  /** How long an unfinished run may show no progress: its longest wait. */
  readonly longestWaitMs: number;
}

const inputKey = (run: RunKey) => ({ pk: partitionOf(run), sk: 'input' });

/** Stands in the place of a row that nobody may write any more. */
const ABANDONED = 'abandoned';

/** How often a step was begun. */
const countOf = (step: string): string => `begun#${step}`;
/** Which worker counted last. */
const counterOf = (step: string): string => `begunBy#${step}`;

/** What a worker's write takes for granted. */
const isWorkedOn = (worker: number) => ({
  equal: { mode: s('async') },
  lacks: ['endedAt'],
  atMost: { worker },
});

/** The same of an item that was read. */
const isWorkedOnBy = (worker: number, item: Item): boolean =>
  item['mode']?.S === 'async' && item['endedAt'] === undefined && (optional(item, 'worker', readNumber) ?? 0) <= worker;

/** Runs in their own table: a head item by tenant and run, its body and trace beside it or in further items. */
export const createDynamoDbRunStore = (options: DynamoDbRunStoreOptions): RunStore & AsyncRunStore & RunList => {
  const { table, clock, random, retentionMs, longestWaitMs } = options;
  // Few functions list runs.
  const loadList = lazy(async () => (await import('./list-runs.ts')).createRunList({ table, clock }));
  const endedExpiry = () => epochSeconds(clock.now() + retentionMs);
  const unfinishedExpiry = () => epochSeconds(clock.now() + longestWaitMs + retentionMs);

  const endedItem = async (row: RunRow, expiresAt: EpochSeconds): Promise<Item> => {
    const { body, steps, omitted } = row;
    const content: RunContent = { body, steps, ...(omitted && { omitted }) };
    const text = await storeText(table, { ...headKey(row), expiresAt }, JSON.stringify(content), random);
    return { ...toHead(row, expiresAt), ...text };
  };

  return {
    add: async (row) => table.putNew(await endedItem(row, endedExpiry()), { expiredBy: clock.now() }),

    async find(tenantId, runId) {
      const key = headKey({ tenantId, runId });
      const head = await table.get(key);
      if (head === null || head[ABANDONED] !== undefined || isExpired(head, clock.now())) return null;
      if (head['textEncoding'] === undefined) return toRow(head, { body: {}, steps: [] });
      return toRow(head, JSON.parse(await loadText(table, key, head)) as RunContent);
    },

    async submit({ input, ...run }) {
      const expiresAt = unfinishedExpiry();
      const key = inputKey(run);
      const text = await storeText(table, { ...key, expiresAt }, JSON.stringify(input), random);
      // First, so that a row never promises an input that is not there; and never in place of another's.
      await table.putNew({ ...keyOf(key), ...text, expiresAt: n(expiresAt) });
      return table.putNew(toHead({ ...run, mode: 'async', status: 'queued', updatedAt: run.createdAt }, expiresAt));
    },

    async abandon(run) {
      // In no list: it has no place among its tenant's runs.
      const mark = { ...keyOf(headKey(run)), [ABANDONED]: flag(true), expiresAt: n(unfinishedExpiry()) };
      const found = await table.putNewOrFind(mark, { expiredBy: clock.now() });
      return found === null || found[ABANDONED] !== undefined;
    },

    async findInput(run) {
      const item = await table.get(inputKey(run));
      return item === null ? null : (JSON.parse(await loadText(table, inputKey(run), item)) as unknown);
    },

    async progress(run, { worker, status, updatedAt, waiting }) {
      const set = { worker: n(worker), status: s(status), updatedAt: n(updatedAt), expiresAt: n(unfinishedExpiry()) };
      const change =
        waiting === undefined ? { set, remove: ['waiting'] } : { set: { ...set, waiting: s(JSON.stringify(waiting)) } };
      return (await table.update(headKey(run), change, isWorkedOn(worker))).applied;
    },

    async begin(run, { worker, step, tried, over, updatedAt }) {
      const [count, counter] = [countOf(step), counterOf(step)];
      const set = {
        worker: n(worker),
        status: s('running'),
        updatedAt: n(updatedAt),
        expiresAt: n(unfinishedExpiry()),
        [count]: n(tried + 1),
        [counter]: n(worker),
      };
      const change = { set, remove: ['waiting', ...over.flatMap((each) => [countOf(each), counterOf(each)])] };
      const { equal, lacks, atMost } = isWorkedOn(worker);
      const isKnown =
        tried === 0
          ? { equal, lacks: [...lacks, count], atMost }
          : { equal: { ...equal, [count]: n(tried) }, lacks, atMost };
      const updated = await table.update(headKey(run), change, isKnown);
      if (updated.applied) return { begun: tried + 1 };
      const { found } = updated;
      if (!isWorkedOnBy(worker, found)) return null;
      const known = optional(found, count, readNumber) ?? 0;
      // Its answer was lost before.
      return optional(found, counter, readNumber) === worker ? { begun: known } : { tried: known };
    },

    async end(row, worker) {
      const item = await endedItem(row, endedExpiry());
      return table.replace({ ...item, worker: n(worker), endedAt: n(row.updatedAt) }, isWorkedOn(worker));
    },

    list: async (...asked) => (await loadList()).list(...asked),
  };
};
