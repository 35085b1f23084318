import type { Environment } from '../../lib/aws/connection.ts';

/** What a verb says to whoever called it, and learns of them. */
export interface Shell {
  readonly env: Environment;
  /** What relative paths start from; the project's, under `npm run`. */
  readonly directory: string;
  readonly fetch: typeof globalThis.fetch;
  /** What was asked for, and nothing else: it may go into a file. */
  out(text: string): void;
  /** What is said about it. */
  err(text: string): void;
  /** Whether a person reads `out`. */
  readonly isTerminal: boolean;
  readonly colours: boolean;
  /** All of the standard input; `null` where a person sits at it. */
  readInput(): Promise<string | null>;
}

/** One command. */
export interface Verb {
  /** How it is called, with an example. */
  readonly usage: string;
  /** Resolves with the exit code. Rejects with `Refused` or `Misused` where it cannot do it. */
  run(words: readonly string[], shell: Shell): Promise<number>;
}

/** Why a verb does not do what was asked: one sentence for a person, with the way out. */
export class Refused extends Error {
  override readonly name: string = 'Refused';
}

/** A verb was called in a way that it does not know; its usage is shown too. */
export class Misused extends Refused {
  override readonly name = 'Misused';
}
