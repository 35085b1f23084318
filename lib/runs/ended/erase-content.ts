import { readString, s } from '../../dynamodb/attributes.ts';
import type { Table } from '../../dynamodb/table.ts';
import { concurrently } from '../../kernel/concurrently.ts';
import { fromItem, inboxKey, withoutContent } from '../inbox/inbox-item.ts';
import { DELIVERY_PREFIX } from '../outbox/outbox-item.ts';
import { type Overflow, VALUE_PREFIX, valuePrefix } from '../overflow.ts';
import { headKey } from '../run-item.ts';
import { partitionOf, type RunKey } from '../run-key.ts';
import type { EraseEvents } from './erase-events.ts';

/** How long the events of a run are whole after its end: for watchers that come back. */
export const EVENTS_KEPT_MS = 3_600_000;

/** Items of one run that are removed at a time. */
const AT_ONCE = 8;

/**
 * Removes what was written to a run that has ended, and what its model and tools said to each other; the row with its
 * answer and trace stays. Harmless when repeated, and of a run that is not there. Each item is a write.
 */
export interface EraseContent {
  /** What nobody reads any more: its input, its messages, and the inputs and reasons of its approvals. */
  atEnd(run: RunKey): Promise<void>;
  /** All of it: what its events and notices of approvals quote, and large results, too. */
  whole(run: RunKey): Promise<void>;
  /** All that was written for a run that was abandoned before it had a row; the mark that says so stays. */
  ofAbandoned(run: RunKey): Promise<void>;
}

export interface EraseContentParts {
  readonly table: Table;
  readonly overflow: Overflow;
  readonly eraseEvents: EraseEvents;
}

export const createEraseContent = ({ table, overflow, eraseEvents }: EraseContentParts): EraseContent => {
  const keysOf = async (run: RunKey, prefix: string) => {
    const keys: { readonly pk: string; readonly sk: string; readonly hasContent: boolean }[] = [];
    for await (const item of table.query(partitionOf(run), prefix)) {
      keys.push({ pk: partitionOf(run), sk: readString(item, 'sk'), hasContent: item['content'] !== undefined });
    }
    return keys;
  };
  const removeAll = async (run: RunKey, prefix: string, isKept = (_sk: string) => false): Promise<void> => {
    const keys = (await keysOf(run, prefix)).filter(({ sk }) => sk !== headKey(run).sk && !isKept(sk));
    await concurrently(keys, AT_ONCE, ({ pk, sk }) => table.remove({ pk, sk }, { has: ['pk'] }));
  };

  const atEnd = async (run: RunKey): Promise<void> => {
    const item = await table.get(inboxKey(run));
    // Nobody writes into one that is closed, but to close it again.
    if (item !== null) {
      const erased = withoutContent(item, await fromItem(overflow, run, item));
      await table.replace(erased, { equal: { state: s('closed') } });
    }
    await removeAll(run, 'input');
  };

  return {
    atEnd,
    async whole(run) {
      await atEnd(run);
      const inUse = [...(await eraseEvents(run))].map(valuePrefix);
      for (const { pk, sk, hasContent } of await keysOf(run, DELIVERY_PREFIX))
        if (hasContent) await table.update({ pk, sk }, { remove: ['content'] }, { has: ['content'] });
      // Last: what refers to them is gone.
      await removeAll(run, VALUE_PREFIX, (sk) => inUse.some((prefix) => sk.startsWith(prefix)));
    },
    ofAbandoned: (run) => removeAll(run, ''),
  };
};
