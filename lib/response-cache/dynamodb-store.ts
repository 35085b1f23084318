import { type Item, readString, s } from '../dynamodb/attributes.ts';
import type { CallOptions, Table } from '../dynamodb/table.ts';
import { answerItem, flightItem, partitionOf, readAnswer, readFlight } from './item.ts';
import type { CacheStore } from './store.ts';

export interface DynamoDbCacheStoreOptions {
  readonly table: Pick<Table, 'query' | 'replace'>;
}

const within = (signal: AbortSignal | undefined): CallOptions => (signal === undefined ? {} : { signal });

/** Answers in the control table. */
export const createDynamoDbCacheStore = ({ table }: DynamoDbCacheStoreOptions): CacheStore => ({
  async read(key, options = {}) {
    const found = new Map<string, Item>();
    for await (const item of table.query(partitionOf(key), '', options)) found.set(readString(item, 'sk'), item);
    const [answer, flight] = [found.get('answer'), found.get('flight')];
    return {
      answer: answer === undefined ? null : readAnswer(answer),
      flight: flight === undefined ? null : readFlight(flight),
    };
  },
  // A flight that is not there at all counts as over.
  lead: (key, flight, now, signal) =>
    table.replace(flightItem(key, flight), { atMost: { endsAt: now } }, within(signal)),
  change: (key, flight, signal) =>
    table.replace(flightItem(key, flight), { equal: { owner: s(flight.owner), state: s('aloft') } }, within(signal)),
  // A late writer's answer is the older one: whoever was given the newer must not be given it afterwards.
  putAnswer: (key, answer, signal) =>
    table.replace(answerItem(key, answer), { atMost: { storedAt: answer.storedAt } }, within(signal)),
});
