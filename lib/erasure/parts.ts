import type { UserErasure } from '../end-users/erasures.ts';

/** How far an erasure is; not done: it goes on behind `after`. */
export interface PartProgress {
  readonly erasure: UserErasure;
  readonly isDone: boolean;
}

/**
 * Erases one part of what an end user has left, from where it was broken off, until that is done or `isOver` says that
 * time is up. Harmless when repeated. Rejects with `store-unavailable`.
 */
export type ErasePart = (erasure: UserErasure, isOver: () => boolean) => Promise<PartProgress>;
