import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !isCode(error, 'ESRCH');
  }
};

const claim = (lock: string): boolean => {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  }
  try {
    if (!isAlive(Number(readFileSync(lock, 'utf8')))) rmSync(lock, { force: true });
  } catch (error) {
    // Released in between.
    if (!isCode(error, 'ENOENT')) throw error;
  }
  return false;
};

/** Runs `act` while no other process runs one under the same lock file; that of a process that died is taken over. */
export const exclusively = async <T>(lock: string, act: () => Promise<T>): Promise<T> => {
  while (!claim(lock)) await setTimeout(100);
  try {
    return await act();
  } finally {
    rmSync(lock, { force: true });
  }
};
