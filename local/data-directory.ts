import { closeSync, openSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeDirectory } from './make-directory.ts';
import { PRIVATE } from './private-file.ts';
import { MachineRefused } from './start-refused.ts';

/** A data directory that belongs to this process until it is released or the process ends, however it ends. */
export interface DataDirectory extends Disposable {
  /** Absolute, with symbolic links resolved: one directory has one path. */
  readonly path: string;
}

const SQLITE_BUSY = 5;

/**
 * Takes the directory, making it if need be; refuses in one sentence when another live process holds it.
 * The lock is one of the operating system's on a file, taken through SQLite because Node has no call for it:
 * the kernel drops it with its process, so neither `kill -9` nor a reused process id leaves a stale one.
 */
export const takeDataDirectory = (directory: string): DataDirectory => {
  let lock: DatabaseSync | undefined;
  try {
    makeDirectory(resolve(directory));
    const path = realpathSync(directory);
    const file = join(path, 'lock');
    // SQLite would make it for others to read, too.
    closeSync(openSync(file, 'a', PRIVATE));
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec('BEGIN EXCLUSIVE');
    const held = lock;
    return { path, [Symbol.dispose]: () => held.close() };
  } catch (error) {
    lock?.close();
    const { errcode, code } = error as { errcode?: number; code?: string };
    throw new MachineRefused(
      errcode === SQLITE_BUSY
        ? `Another Ballast server is using the data directory ${directory}: stop it, or set BALLAST_DATA_DIR to another directory.`
        : `The data directory ${directory} cannot be used (${code ?? 'unknown error'}): set BALLAST_DATA_DIR to one that can be written.`,
      { cause: error },
    );
  }
};
