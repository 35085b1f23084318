import { createHash } from 'node:crypto';

/** One call in the eyes of a circuit, however many attempts it makes: all of them enter with the same. */
export interface CircuitCall {
  /** Whose it is, in a form that does not tell; `null`: nobody's in particular. */
  readonly by: string | null;
  /** Its failure, once that is counted: the failures after it are not, and an answer takes it back. */
  counted: { readonly generation: number; readonly at: number } | null;
}

/** Enough to tell the callers of a minute apart. */
const BY_CHARS = 8;

export const circuitCallOf = (caller: string): CircuitCall => ({
  by: createHash('sha256').update(caller).digest('hex').slice(0, BY_CHARS),
  counted: null,
});

export const anonymousCall = (): CircuitCall => ({ by: null, counted: null });
