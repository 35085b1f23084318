import { createHash } from 'node:crypto';

/** Which run. The tenant is part of it, so another tenant's run cannot even be asked for. */
export interface RunKey {
  readonly tenantId: string;
  readonly runId: string;
}

/** The partition of the runs table that holds all that belongs to a run. */
export const partitionOf = ({ tenantId, runId }: RunKey): string => `${tenantId}/${runId}`;

/** Partitions that what concerns the runs of all tenants is spread over: each takes a thousand writes a second. */
export const SHARDS = 16;

export const shardOf = (runId: string): number => createHash('sha256').update(runId).digest().readUInt8(0) % SHARDS;

/** The keys of all partitions of one kind. */
export const allShards = (name: string): readonly string[] =>
  Array.from({ length: SHARDS }, (_, shard) => `${name}#${shard}`);
