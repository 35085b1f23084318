import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const lockOf = (folder: string): string =>
  createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');

/**
 * Installs the packages of a folder that has a `package.json` and a lock of its own, unless they are there by this very lock;
 * says so first. Answers whether they are there now.
 */
export const installOnce = (folder: string, sentence: string): boolean => {
  const installed = join(folder, 'node_modules', '.installed');
  const lock = lockOf(folder);
  if (existsSync(installed) && readFileSync(installed, 'utf8') === lock) return true;
  console.log(sentence);
  // By npm's own pauses, who is offline would wait for more than a minute, each time.
  const pauses = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
  // On Windows, npm is a script of the shell.
  const { status } = spawnSync('npm', ['ci', ...pauses], {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) return false;
  writeFileSync(installed, lock);
  return true;
};
