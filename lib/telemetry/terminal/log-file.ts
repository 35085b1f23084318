import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs';

/** For its owner alone. */
const MODE = 0o600;

/** Some ten thousand lines, and as many in the file before it. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * Appends lines to a file, which becomes `<path>.1` before it grows beyond the bound: both together take twice that at most.
 * A disk that is full loses lines, and changes nothing else.
 */
export const openLogFile = (path: string, maxBytes = MAX_BYTES): ((line: string) => void) => {
  let file: number | null = null;
  let bytes = 0;
  const open = (): number => {
    const opened = openSync(path, 'a', MODE);
    bytes = fstatSync(opened).size;
    return opened;
  };
  const replace = (full: number): number => {
    closeSync(full);
    file = null;
    renameSync(path, `${path}.1`);
    return open();
  };
  return (line) => {
    try {
      file ??= open();
      if (bytes > 0 && bytes + Buffer.byteLength(line) > maxBytes) file = replace(file);
      bytes += writeSync(file, line);
    } catch {
      // Nobody is there to be told: it is the log itself.
    }
  };
};
