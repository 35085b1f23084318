import { realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';

/** For its owner alone. */
export const PRIVATE = 0o600;

const targetOf = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
};

/**
 * Writes a file that only its owner can read, whatever mode it had before: a new one takes its place whole, and a link stays a
 * link. Throws the error of the system where it cannot.
 */
export const writePrivateFile = (path: string, text: string): void => {
  const target = targetOf(path);
  const part = `${target}.${process.pid}.part`;
  try {
    // Of a file that is there already the mode would stay as it is.
    rmSync(part, { force: true });
    writeFileSync(part, text, { mode: PRIVATE, flag: 'wx' });
    renameSync(part, target);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
};
