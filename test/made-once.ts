import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { exclusively } from './template/exclusively.ts';

export const ROOT = resolve(import.meta.dirname, '..');

export interface MadeOnce {
  /** Of the folder below `node_modules/.cache` in which it is kept. */
  readonly name: string;
  /** Globs of all that it is made of. */
  readonly sources: readonly string[];
  /** Fills the folder. */
  readonly make: (folder: string) => Promise<void>;
}

/** Long enough that no other run is still reading it. */
const STALE_MS = 3_600_000;

const fingerprint = (sources: readonly string[]): string => {
  // What is made may name the folder that it was made in.
  const hash = createHash('sha256').update(ROOT);
  for (const path of globSync(sources, { cwd: ROOT }).sort()) hash.update(path).update(readFileSync(join(ROOT, path)));
  return hash.digest('hex').slice(0, 16);
};

const forgetStale = (cache: string): void => {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if ((statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) < Date.now() - STALE_MS)
      rmSync(path, { recursive: true, force: true });
  }
};

/** The folder that holds what `make` makes of the sources as they are: made once, whichever process asks first. */
export const madeOnce = async ({ name, sources, make }: MadeOnce): Promise<string> => {
  const cache = join(ROOT, 'node_modules/.cache', name);
  mkdirSync(cache, { recursive: true });
  const folder = join(cache, fingerprint(sources));
  await exclusively(join(cache, 'making.lock'), async () => {
    if (existsSync(folder)) return;
    forgetStale(cache);
    const draft = `${folder}.draft`;
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft);
    await make(draft);
    renameSync(draft, folder);
  });
  return folder;
};
