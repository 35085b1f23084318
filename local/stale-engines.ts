import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { StartRefused } from './start-refused.ts';

const POLL_MS = 10;
const POLLS = 300;

const argumentsOf = (pid: string): string[] => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // It has ended since it was listed.
  }
};

/** Process ids of the engines that serve this very database file, whoever started them. Linux, as the engine itself. */
export const enginesOn = (dbPath: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const words = argumentsOf(pid);
      return basename(words[0] ?? '') === 'dynoxide' && words[words.indexOf('--db-path') + 1] === dbPath;
    })
    .map(Number);

const kill = (pid: number) => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already, or another user's: the next look tells which.
  }
};

/**
 * Ends engines that an earlier, killed server left on this database; nothing that they have acknowledged is lost.
 * They are found by what they run rather than by a noted process id, which may have been given to somebody else.
 * Only for the holder of the data directory. Takes at most three seconds, then refuses.
 */
export const endStaleEngines = async (dbPath: string): Promise<void> => {
  for (let poll = 0; poll < POLLS; poll += 1) {
    const stale = enginesOn(dbPath);
    if (stale.length === 0) return;
    stale.forEach(kill);
    await pause(POLL_MS);
  }
  throw new StartRefused(
    `An old database engine still runs on ${dbPath}: end process ${enginesOn(dbPath).join(', ')}.`,
  );
};
