import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CreateRefused } from './create-refused.ts';

/** npm by the way it was itself started, or by its name; on Windows that is a script of the shell. */
const npm = (words: readonly string[], execPath: string | undefined) =>
  execPath === undefined
    ? spawnSync('npm', words, { encoding: 'utf8', shell: process.platform === 'win32' })
    : spawnSync(process.execPath, [execPath, ...words], { encoding: 'utf8' });

/**
 * Packs the built package into `<project>/vendor`, in the place of an earlier one. Answers with the path from the project. The name
 * has the hash of what is packed, because npm takes a name whose content is another one for damaged.
 */
export const packInto = (project: string, built: string, execPath = process.env['npm_execpath']): string => {
  const vendor = join(project, 'vendor');
  mkdirSync(vendor, { recursive: true });
  for (const name of readdirSync(vendor)) if (/^ballast-.*\.tgz$/.test(name)) rmSync(join(vendor, name));
  const { status, stderr } = npm(['pack', built, '--pack-destination', vendor, '--loglevel=error'], execPath);
  const packed = readdirSync(vendor).find((name) => /^ballast-.*\.tgz$/.test(name));
  if (status !== 0 || packed === undefined) throw new CreateRefused(`npm could not pack Ballast:\n${stderr}`);
  const hash = createHash('sha256')
    .update(readFileSync(join(vendor, packed)))
    .digest('hex')
    .slice(0, 8);
  const name = packed.replace(/\.tgz$/, `-${hash}.tgz`);
  renameSync(join(vendor, packed), join(vendor, name));
  return `vendor/${name}`;
};
