import { type PackedText, packText, unpackText } from '../dynamodb/packed-text.ts';

/** How long an answer is kept once it is no longer fresh: as long as an outage that a stale answer is to bridge. */
export const STALE_KEPT_MS = 24 * 3_600_000;

/**
 * Largest answer, packed. It shares an item of 400 KB at most with its key, and each look at it is paid by its size;
 * most are a hundredth of this.
 */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** An answer as it is kept. Instants are epoch milliseconds. */
export interface StoredAnswer {
  readonly packed: PackedText;
  readonly storedAt: number;
  readonly freshUntil: number;
}

/** An answer that may be given again. */
export interface CachedAnswer {
  readonly body: string;
  /** Epoch milliseconds. */
  readonly storedAt: number;
}

/** An answer ready to be kept from `now` on; `null` when it is too large. */
export const packAnswer = async (text: string, now: number, ttlMs: number): Promise<StoredAnswer | null> => {
  const packed = await packText(text);
  return packed.bytes.length > MAX_ANSWER_BYTES ? null : { packed, storedAt: now, freshUntil: now + ttlMs };
};

export const unpackAnswer = async ({ packed, storedAt }: StoredAnswer): Promise<CachedAnswer> => ({
  body: await unpackText(packed),
  storedAt,
});

/** Fresh by the lifetime it was stored with and by that of who asks: one that was shortened holds at once. */
export const isFresh = ({ storedAt, freshUntil }: StoredAnswer, now: number, ttlMs: number): boolean =>
  now < Math.min(freshUntil, storedAt + ttlMs);

/** When it is gone for good, in epoch milliseconds. */
export const forgottenAt = ({ freshUntil }: StoredAnswer): number => freshUntil + STALE_KEPT_MS;
