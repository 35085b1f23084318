import { type Item, readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Pseudonym } from '../kernel/ids/pseudonym.ts';
import { BY_TENANT, headKey, linksOf, summaryOf } from './run-item.ts';
import type { RunKey } from './run-key.ts';
import type { RunLinks, RunSummary } from './types.ts';

/** An entry of a tenant's list that was looked at. */
export interface Examined<Found> {
  /** Where to go on behind it. */
  readonly at: string;
  /** `null`: another's. */
  readonly found: Found | null;
}

/** What an erasure finds of an end user's runs, those that have expired and were not swept yet included. */
export interface RunsOfUser {
  /** Those that were created by an instant (epoch milliseconds), the oldest first: a query for each megabyte of the index. */
  list(tenantId: string, user: Pseudonym, after: string | null, by: number): AsyncIterable<Examined<RunSummary>>;
  /** As it is now, by a strong read; `null`: it is gone. */
  find(run: RunKey): Promise<(RunSummary & { readonly links: RunLinks }) | null>;
}

/** Sorts before every position. */
const OLDEST = '0';

export const createRunsOfUser = (table: Pick<Table, 'get' | 'query'>): RunsOfUser => ({
  async *list(tenantId, user, after, by) {
    const to = `${new Date(by).toISOString()}~`;
    for await (const entry of table.query(tenantId, { from: after ?? OLDEST, to }, { index: BY_TENANT })) {
      const at = readString(entry, 'listKey');
      if (at === after) continue;
      const run = summaryOf(entry);
      yield { at, found: run.userId === user ? run : null };
    }
  },
  async find(run) {
    const head: Item | null = await table.get(headKey(run));
    // A mark in the place of a row has none of it.
    return head?.['runId'] === undefined ? null : { ...summaryOf(head), links: linksOf(head) };
  },
});
