import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../lib/kernel/clock.ts';
import { type DataDirectory, takeDataDirectory } from './data-directory.ts';
import { StartRefused } from './start-refused.ts';

/** A server whose `npm` was killed sees that and ends within a fraction of this; one that is in use stays. */
const WAIT_MS = 1_500;
const POLL_MS = 50;

/** What SQLite says of a lock that another process has. */
const SQLITE_BUSY = 5;

const isHeld = (error: unknown): boolean =>
  error instanceof StartRefused && (error.cause as { errcode?: number } | undefined)?.errcode === SQLITE_BUSY;

/** Takes the directory, giving a server that is just ending the time to let go of it. Rejects with `StartRefused`. */
export const waitForDataDirectory = async (directory: string, clock: Clock): Promise<DataDirectory> => {
  const giveUpMs = clock.monotonicMs() + WAIT_MS;
  for (;;) {
    try {
      return takeDataDirectory(directory);
    } catch (error) {
      if (!isHeld(error) || clock.monotonicMs() >= giveUpMs) throw error;
    }
    await pause(POLL_MS);
  }
};
