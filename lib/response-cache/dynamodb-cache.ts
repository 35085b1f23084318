import type { Table } from '../dynamodb/table.ts';
import { createDynamoDbCacheStore } from './dynamodb-store.ts';
import { createResponseCache, type ResponseCache, type ResponseCacheOptions } from './response-cache.ts';

export interface DynamoDbCacheOptions extends Omit<ResponseCacheOptions, 'store'> {
  readonly table: Pick<Table, 'query' | 'replace'>;
}

/** The cache as a whole, so that runs which do not use it need not load it. */
export const createDynamoDbCache = ({ table, ...options }: DynamoDbCacheOptions): ResponseCache =>
  createResponseCache({ ...options, store: createDynamoDbCacheStore({ table }) });
