import { MAX_REST_MS, type Rest } from './rest.ts';

export interface RestReadOptions {
  /** Half the price, and an answer that may be a second old; the default is a strong read. */
  readonly eventually?: boolean;
  readonly signal?: AbortSignal;
}

export interface NamedRest {
  readonly name: string;
  readonly rest: Rest;
}

/** Where the rests are; every method rejects with `store-unavailable` when it does not answer. */
export interface RestStore {
  /** `null`: never written, or forgotten: an hour after its end, when nobody can know of it any more. */
  get(name: string, options?: RestReadOptions): Promise<Rest | null>;
  /** Writes `next` if the rest still has `version` (0: if there is none); `false` when it has not. */
  replace(name: string, version: number, next: Rest, signal?: AbortSignal): Promise<boolean>;
  /** All whose names begin so and that are not forgotten, ended or not, by name. */
  list(prefix: string, options?: RestReadOptions): Promise<NamedRest[]>;
}

/** When a rest is forgotten, in epoch milliseconds: the longest rest after its end no process can believe in it. */
export const forgottenAt = ({ until }: Rest): number => until + MAX_REST_MS;

export const isForgotten = (rest: Rest, now: number): boolean => forgottenAt(rest) <= now;
