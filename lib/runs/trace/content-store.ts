import { keyOf, n } from '../../dynamodb/attributes.ts';
import { loadText, storeText } from '../../dynamodb/large-text.ts';
import type { Table } from '../../dynamodb/table.ts';
import { type Clock, epochSeconds, type Random } from '../../kernel/clock.ts';
import { isExpired } from '../run-item.ts';
import { partitionOf, type RunKey } from '../run-key.ts';
import type { RunContent } from './run-content.ts';

export interface ContentStoreOptions {
  readonly table: Table;
  readonly clock: Clock;
  readonly random: Random;
  /** As long as its run. */
  readonly retentionMs: number;
}

/** What was written in runs that have ended, where the stage keeps it. */
export interface ContentStore {
  /** Written again, it is the same: one write for every 300 KB after compression. */
  put(run: RunKey, content: RunContent): Promise<void>;
  /** `null`: none was kept. */
  find(run: RunKey): Promise<RunContent | null>;
}

const contentKey = (run: RunKey) => ({ pk: partitionOf(run), sk: 'content' });

export const createContentStore = ({ table, clock, random, retentionMs }: ContentStoreOptions): ContentStore => ({
  async put(run, content) {
    const key = contentKey(run);
    const expiresAt = epochSeconds(clock.now() + retentionMs);
    const text = await storeText(table, { ...key, expiresAt }, JSON.stringify(content), random);
    await table.put({ ...keyOf(key), ...text, expiresAt: n(expiresAt) });
  },
  async find(run) {
    const item = await table.get(contentKey(run));
    if (item === null || isExpired(item, clock.now())) return null;
    return JSON.parse(await loadText(table, contentKey(run), item)) as RunContent;
  },
});
