import type { Ends } from './ends.ts';

export interface CoolDownReadOptions {
  /** Half the price, and an answer that may be a second old; the default is a strong read. */
  readonly eventually?: boolean;
  readonly signal?: AbortSignal;
}

/** Where the cool-downs are; every method rejects with `store-unavailable` when it does not answer. */
export interface CoolDownStore {
  /**
   * Leaves `who` alone under that name until then, in whole epoch milliseconds; `false`: it lasts as long already.
   * Of any number at the same time, the longest stands.
   */
  extend(name: string, who: string, until: number, signal?: AbortSignal): Promise<boolean>;
  /** Those under that name that have not ended. */
  list(name: string, options?: CoolDownReadOptions): Promise<Ends>;
}
