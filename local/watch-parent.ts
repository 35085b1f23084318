import { readFileSync } from 'node:fs';

/** How soon a process notices that the npm which started it was killed. */
const PARENT_POLL_MS = 100;

/**
 * Process id of the npm that started a shell which started us; `null` where the parent is no shell, but npm. Most shells become
 * the command that they are given; that of Debian waits for it. Linux alone: the shells of other systems become it.
 */
const npmBehind = (parent: number): number | null => {
  try {
    const [, name = '', above] = /^\d+ \((.*)\) \w (\d+)/.exec(readFileSync(`/proc/${parent}/stat`, 'latin1')) ?? [];
    return /^(?:sh|dash|ash|bash|busybox)$/.test(name) ? Number(above) : null;
  } catch {
    return null;
  }
};

/** Tells when the npm that started this process has ended; `byShell`: so has its shell, which npm told to and could not pass it on. */
export const watchParent = (process: NodeJS.Process, onGone: (byShell: boolean) => void): void => {
  const parent = process.ppid;
  const npm = npmBehind(parent);
  const look = () => {
    if (process.ppid !== parent) onGone(npm !== null);
    else if (npmBehind(parent) !== npm) onGone(false);
  };
  setInterval(look, PARENT_POLL_MS).unref();
};
