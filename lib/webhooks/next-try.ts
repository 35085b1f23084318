/** Pauses after the first try and each later one. With the first there are ten tries, the last 23.6 h after it at most. */
export const PAUSES_MS: readonly number[] = [
  5_000, 60_000, 300_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 28_800_000,
];

/** A delivery that has failed for so long is given up. */
export const MAX_DELIVERY_AGE_MS = 24 * 3_600_000;

/** What a receiver says who never wants to hear of it again. */
const GONE = 410;

/** By so much a pause may be shorter, so that receivers that failed together are not called together. */
const JITTER = 0.2;

export interface Tried {
  /** Of the answer; `null`: there was none. */
  readonly status: number | null;
  readonly retryAfterMs: number | null;
}

export interface NextTryQuestion extends Tried {
  /** Tries so far, this one included. */
  readonly tries: number;
  /** Epoch milliseconds: when there was something to deliver, and now. */
  readonly createdAt: number;
  readonly now: number;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** `at`: epoch milliseconds. */
export type NextTry =
  | { readonly outcome: 'delivered' }
  | { readonly outcome: 'failed' }
  | { readonly outcome: 'pending'; readonly at: number };

export const wasTaken = ({ status }: Pick<Tried, 'status'>): boolean =>
  status !== null && status >= 200 && status < 300;

/** What becomes of a delivery after a try: any 2xx has taken it; else it is tried again, for a day. */
export const nextTry = ({ status, retryAfterMs, tries, createdAt, now, random }: NextTryQuestion): NextTry => {
  if (wasTaken({ status })) return { outcome: 'delivered' };
  const pauseMs = PAUSES_MS[tries - 1];
  if (status === GONE || pauseMs === undefined) return { outcome: 'failed' };
  const at = now + Math.max(pauseMs * (1 - JITTER * random), retryAfterMs ?? 0);
  return at > createdAt + MAX_DELIVERY_AGE_MS ? { outcome: 'failed' } : { outcome: 'pending', at: Math.ceil(at) };
};
