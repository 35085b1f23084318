import { shortHash } from '../kernel/ids/short-hash.ts';
import { type PicoUsd, ZERO } from '../kernel/money.ts';

export type Scope = 'tenant' | 'key' | 'user' | 'stage';

/** `null`: no limit. */
export interface Limits {
  readonly day: PicoUsd | null;
  readonly month: PicoUsd | null;
}

/** Whose money it is: one item a month. */
export interface Account {
  readonly scope: Scope;
  /** Partition key of its items. */
  readonly pk: string;
  readonly limits: Limits;
  /** By how many shards its reservations are held. Default: it holds them itself. */
  readonly shards?: number;
  /** Of a shard: the terms on which it was lent what it has. Reserves only what is there on the same terms. */
  readonly terms?: string;
}

export const NO_LIMITS: Limits = { day: null, month: null };

export const tenantAccount = (tenantId: string, limits: Limits = NO_LIMITS): Account => ({
  scope: 'tenant',
  pk: `budget#${tenantId}`,
  limits,
});

/** What a tenant's account has lent to one of its shards, and what that one holds; see `shards/`. */
export const shardAccount = (tenantId: string, shard: number, terms?: string): Account => ({
  scope: 'tenant',
  pk: `${tenantAccount(tenantId).pk}#shard#${shard}`,
  // What is lent is taken off its counters, so they are below zero by what is free.
  limits: { day: ZERO, month: null },
  ...(terms === undefined ? {} : { terms }),
});

export const keyAccount = (tenantId: string, keyId: string, limits: Limits = NO_LIMITS): Account => ({
  scope: 'key',
  pk: `budget#${tenantId}#key#${keyId}`,
  limits,
});

/** All requests that name no end user are one; no hash can be this word. */
const ANONYMOUS = 'anonymous';

/** An end user may be named by anything, so keys have a hash: 128 bits of SHA-256, hexadecimal. */
export const userHashOf = (userId: string | null): string => (userId === null ? ANONYMOUS : shortHash(userId));

/** The account of an end user by `userHashOf`. */
export const hashedUserAccount = (tenantId: string, userHash: string, limits: Limits = NO_LIMITS): Account => ({
  scope: 'user',
  pk: `budget#${tenantId}#user#${userHash}`,
  limits,
});

export const userAccount = (tenantId: string, userId: string | null, limits: Limits = NO_LIMITS): Account =>
  hashedUserAccount(tenantId, userHashOf(userId), limits);

/** The one account of the whole stage: no tenant has an empty id. */
export const stageAccount = (limits: Limits = NO_LIMITS): Account => ({ scope: 'stage', pk: 'budget##stage', limits });

/** The UTC day of an instant, as `2026-11-20`. */
export const dayOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 10);
/** The UTC month of an instant, as `2026-11`. */
export const monthOf = (epochMs: number): string => new Date(epochMs).toISOString().slice(0, 7);
