import type { Serdes } from '@aws/durable-execution-sdk-js';

/** Results above this go to the runs table, and the checkpoint holds their key. The service takes 262,144 bytes. */
const MOST_CHECKPOINT_BYTES = 200 * 1024;

/** Keeps what does not fit into a checkpoint. */
export interface ResultOverflow {
  put(value: unknown): Promise<string>;
  get(key: string): Promise<unknown>;
}

/** What a step comes to that the store refused, and that is tried again as another operation: when it was tried, epoch milliseconds. */
export class StoreRefused {
  readonly since: number;
  readonly until: number;
  constructor({ since, until }: Pick<StoreRefused, 'since' | 'until'>) {
    this.since = since;
    this.until = until;
  }
}

/** A step's result as its checkpoint holds it: JSON, or the key of what does not fit. */
export const resultSerdes = <T>(overflow: ResultOverflow): Serdes<T | StoreRefused> => ({
  async serialize(value) {
    const json = JSON.stringify(value ?? null);
    if (value instanceof StoreRefused) return `r${json}`;
    return Buffer.byteLength(json) <= MOST_CHECKPOINT_BYTES ? `i${json}` : `o${await overflow.put(value)}`;
  },
  async deserialize(data) {
    if (data === undefined) return undefined;
    const [kind, text] = [data[0], data.slice(1)];
    if (kind === 'r') return new StoreRefused(JSON.parse(text) as StoreRefused);
    return (kind === 'i' ? JSON.parse(text) : await overflow.get(text)) as T;
  },
});
