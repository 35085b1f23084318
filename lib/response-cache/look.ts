import type { Deadline } from '../kernel/deadline.ts';
import type { CachedAnswer } from './answer.ts';
import type { Flight } from './flight.ts';

export interface OpenOptions {
  /** `refresh` looks at nothing, and its answer takes the place of the one that is there. */
  readonly mode: 'use' | 'refresh';
  /** Above 0. */
  readonly ttlSeconds: number;
  /** The run's own: nobody waits for another's answer beyond it. */
  readonly deadline: Deadline;
  /** Called once, when it turns out that another's answer is to be waited for. */
  readonly onWait?: () => void;
}

/** What is found under a key. `stale`: an answer that may stand in, marked as such, where no other is to be had. */
export type Look =
  /** `shared`: another run was just making it. */
  | { readonly kind: 'hit'; readonly answer: CachedAnswer; readonly shared: boolean }
  /** Make it, and end the flight. `failed`: the store did not answer, and others may be making it as well. */
  | { readonly kind: 'miss'; readonly stale: CachedAnswer | null; readonly flight: Flight; readonly failed: boolean }
  /** The deadline ended the wait for another's answer. */
  | { readonly kind: 'stopped'; readonly stale: CachedAnswer | null };
