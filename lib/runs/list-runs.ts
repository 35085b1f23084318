import { createHash } from 'node:crypto';
import { readString } from '../dynamodb/attributes.ts';
import type { Table } from '../dynamodb/table.ts';
import type { Clock } from '../kernel/clock.ts';
import { readCursor, writeCursor } from '../kernel/cursor.ts';
import { AppError } from '../kernel/errors.ts';
import { safe } from '../kernel/redacted.ts';
import { BY_TENANT, isExpired, summaryOf } from './run-item.ts';
import type { RunList, RunQuery, RunSummary } from './types.ts';

/** Runs that one page looks at: a third of a megabyte of the index, some 50 ms. */
export const MAX_EXAMINED = 1_000;

/** Entries read at a time where a filter may refuse most, or none. */
const FILTERED_PAGE_SIZE = 250;

/** Sorts before every position. */
const OLDEST = '0';
/** Sorts behind every position. */
const NEWEST = '~';

const FILTERS = ['status', 'agent', 'userId', 'sessionId'] as const;

const hasFilters = (query: RunQuery): boolean => FILTERS.some((name) => query[name] !== undefined);

const passes = (run: RunSummary, query: RunQuery): boolean =>
  FILTERS.every((name) => query[name] === undefined || run[name] === query[name]);

/** Stands in a cursor for the list that it belongs to: 16 characters. */
const listIdOf = (tenantId: string, query: RunQuery): string =>
  createHash('sha256')
    .update(JSON.stringify([tenantId, ...([...FILTERS, 'from', 'to'] as const).map((name) => query[name] ?? null)]))
    .digest('base64url')
    .slice(0, 16);

const POSITION = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[\w-]{1,128}$/;

const positionIn = (cursor: string, listId: string): string => {
  const text = readCursor(cursor) ?? '';
  const position = text.slice(listId.length + 1);
  if (text === `${listId} ${position}` && POSITION.test(position)) return position;
  throw new AppError('invalid-request', safe`The query is not valid; see errors.`, {
    issues: [{ path: 'cursor', message: safe`must be the nextCursor of an earlier answer with the same filters` }],
  });
};

/** The text of a later instant has a sign in front, and sorts before every other. */
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

const instant = (epochMs: number): string => (epochMs > LAST_MS ? NEWEST : new Date(epochMs).toISOString());

export const createRunList = ({ table, clock }: { readonly table: Table; readonly clock: Clock }): RunList => ({
  async list(tenantId, query) {
    const listId = listIdOf(tenantId, query);
    const after = query.cursor === null ? null : positionIn(query.cursor, listId);
    const from = query.from === undefined ? OLDEST : instant(query.from);
    const to = after ?? (query.to === undefined ? NEWEST : instant(query.to));
    if (from > to) return { runs: [], nextCursor: null };

    const runs: RunSummary[] = [];
    let examined = 0;
    let position = '';
    // One more than the page shows whether there is another page, and one is the cursor's own.
    const pageSize = hasFilters(query) ? FILTERED_PAGE_SIZE : query.limit + 2;
    const entries = table.query(tenantId, { from, to }, { index: BY_TENANT, descending: true, pageSize });
    for await (const entry of entries) {
      const next = readString(entry, 'listKey');
      if (next === after) continue;
      if (runs.length === query.limit || examined === MAX_EXAMINED)
        return { runs, nextCursor: writeCursor(`${listId} ${position}`) };
      examined += 1;
      position = next;
      const run = summaryOf(entry);
      if (!isExpired(entry, clock.now()) && passes(run, query)) runs.push(run);
    }
    return { runs, nextCursor: null };
  },
});
