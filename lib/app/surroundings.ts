import type { Clock, Random } from '../kernel/clock.ts';
import type { RandomBytes } from '../kernel/ids/ids.ts';
import type { Shutdown } from '../kernel/shutdown.ts';
import type { Terminal } from '../telemetry/terminal/terminal.ts';

/** The world outside: all that is not the same twice. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly randomBytes: RandomBytes;
  readonly fetch: typeof globalThis.fetch;
  readonly write: (line: string) => void;
  /** Where a person reads the log. Default: a program does, as lines of JSON. */
  readonly terminal?: Terminal | undefined;
  /** The end of this process. Default: it is none of the app's business. */
  readonly shutdown?: Shutdown | undefined;
}
