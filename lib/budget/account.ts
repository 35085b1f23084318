import type { PicoUsd } from '../kernel/money.ts';
import { shortHash } from '../kernel/short-hash.ts';

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
}

export const NO_LIMITS: Limits = { day: null, month: null };

export const tenantAccount = (tenantId: string, limits: Limits = NO_LIMITS): Account => ({
  scope: 'tenant',
  pk: `budget#${tenantId}`,
  limits,
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
