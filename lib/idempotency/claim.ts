import type { EpochSeconds } from '../kernel/clock.ts';

interface Held {
  /** The one owner of the claim: each taking and taking over has an id of its own. */
  readonly claimId: string;
  /** Of the request that claimed the key. */
  readonly fingerprint: string;
  /** From then on the key is free, whether or not the store has swept the claim. */
  readonly expiresAt: EpochSeconds;
}

/** The owner works, or has died. */
export interface Running extends Held {
  readonly state: 'running';
  /** Epoch milliseconds until which the owner may still be alive. */
  readonly lockedUntil: number;
  /** A side-effecting tool may have run: nobody may begin anew. */
  readonly effects: boolean;
}

/** An answer to be kept; `text` is its body as JSON. */
export interface Completed {
  readonly state: 'completed';
  readonly status: number;
  readonly runId: string | null;
  readonly text: string;
}

/** The work is done, and its answer was larger than what is kept. */
export interface TooLarge {
  readonly state: 'too-large';
  readonly runId: string | null;
}

/** How a claim ends. */
export type Ending = Completed | TooLarge;

/** What a store finds under a key; the body of an answer is read only when it is asked for. */
export type Claim =
  Running | (Held & TooLarge) | (Held & Omit<Completed, 'text'> & { readonly readText: () => Promise<string> });
