import type { Serdes } from '@aws/durable-execution-sdk-js';

/** Results above this go to the runs table, and the checkpoint holds their key. The service takes 262,144 bytes. */
const MOST_CHECKPOINT_BYTES = 200 * 1024;

/** Keeps what does not fit into a checkpoint. */
export interface ResultOverflow {
  put(value: unknown): Promise<string>;
  get(key: string): Promise<unknown>;
}

/** A step's result as its checkpoint holds it: JSON, or the key of what does not fit. */
export const resultSerdes = <T>(overflow: ResultOverflow): Serdes<T> => ({
  async serialize(value) {
    const json = JSON.stringify(value ?? null);
    return Buffer.byteLength(json) <= MOST_CHECKPOINT_BYTES ? `i${json}` : `o${await overflow.put(value)}`;
  },
  async deserialize(data) {
    if (data === undefined) return undefined;
    return (data.startsWith('i') ? JSON.parse(data.slice(1)) : await overflow.get(data.slice(1))) as T;
  },
});
