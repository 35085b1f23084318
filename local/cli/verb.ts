import type { Clock } from '../../lib/kernel/clock.ts';
import type { Environment } from '../../lib/kernel/environment.ts';

/** What a program said, and how it ended. */
export interface Commanded {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

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
  /** How wide the terminal is; `null`: `out` goes elsewhere, and is cut nowhere. */
  readonly columns: number | null;
  /** Whether a person reads `err`, and sees there how far long work is. */
  readonly showsProgress: boolean;
  readonly clock: Clock;
  /** Runs a program of this machine to its end. `code`: `null` where there is no such program. */
  command(file: string, words: readonly string[]): Promise<Commanded>;
  /** All of the standard input; `null` where a person sits at it. */
  readInput(): Promise<string | null>;
}

/** One command. */
export interface Verb {
  /** How it is called, with an example. */
  readonly usage: string;
  /** Resolves with the exit code, or `null` where a program goes on and sets its own. Rejects with `Refused` or `Misused` where it cannot do it. */
  run(words: readonly string[], shell: Shell): Promise<number | null>;
}

/** Why a verb does not do what was asked: one sentence for a person, with the way out. */
export class Refused extends Error {
  override readonly name: string = 'Refused';
}

/** A verb was called in a way that it does not know; its usage is shown too. */
export class Misused extends Refused {
  override readonly name = 'Misused';
}
