import type { Connection } from '../../aws-sdk/connection.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Publish } from '../notice.ts';

/** By a client that is loaded with the first notice: most environments publish none. */
export const createPublish =
  (connection: () => Connection, clock: Clock): Publish =>
  async (...asked) => {
    const { publishThrough } = await import('./sns.ts');
    await publishThrough(connection(), clock)(...asked);
  };
