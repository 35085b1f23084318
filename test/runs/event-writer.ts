import { createEventLog } from '../../lib/runs/event-log.ts';
import type { NewEntry } from '../../lib/runs/log-entry.ts';
import { obeyOrders } from '../fleet/obey-orders.ts';
import { ownTable } from '../fleet/own-table.ts';

/** To begin as a new worker, or to write so many entries of one to three events each. */
export type WriterOrder = 'begin' | { readonly entries: number };

/** The worker's number, the ids that it knows to be written, and whether it found that it is stale. */
export interface WriterAnswer {
  readonly worker: number;
  readonly written: readonly number[];
  readonly stale: boolean;
}

const [endpoint = '', runId = '', seed = '1'] = process.argv.slice(2);
const { table, clock, random } = ownTable(endpoint, Number(seed), () => Date.now());
const log = createEventLog({ table, clock, retentionMs: 3_600_000 });
const run = { tenantId: 'acme', runId };

let worker = 0;
let next = 0;
let stale = false;
let written: number[] = [];

const append = async (count: number): Promise<boolean> => {
  const ids = Array.from({ length: count }, (_, at) => next + at);
  const events = ids.map((id) => ({ event: 'text.delta', data: { by: worker, id } }));
  const entry: NewEntry = { first: next, writer: worker, events, state: null, last: false };
  if (!(await log.append(run, entry)).written) return false;
  written.push(...ids);
  next += count;
  return true;
};

const begin = async (): Promise<void> => {
  do {
    const tail = await log.tail(run);
    next = tail === null ? 1 : tail.first + tail.count;
    worker = next;
  } while (!(await append(1)));
};

await obeyOrders<WriterOrder, WriterAnswer>(async (order) => {
  written = [];
  if (order === 'begin') await begin();
  else for (let at = 0; at < order.entries && !stale; at += 1) stale = !(await append(1 + Math.floor(random() * 3)));
  return { worker, written, stale };
});
