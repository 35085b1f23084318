import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

interface Report {
  readonly diagnostics: readonly { readonly filename: string; readonly code?: string; readonly message: string }[];
}

/** One run, for it takes a second however few the files are. */
const reportOn = (cwd: string): Promise<Report> =>
  new Promise((resolve, reject) => {
    execFile(
      path.join(cwd, 'node_modules/.bin/oxlint'),
      ['--format', 'json'],
      { cwd, maxBuffer: Infinity },
      (_error, stdout, stderr) => {
        try {
          resolve(JSON.parse(stdout) as Report);
        } catch (cause) {
          reject(new Error(`Oxlint did not report: ${stdout}${stderr}`, { cause }));
        }
      },
    );
  });

/**
 * What Oxlint finds, with the settings of this project, in a project of these files alone: for each the rules in the order
 * of their findings, as `eslint(eqeqeq)`, or the message of what is no rule.
 */
export const oxlint = async (files: Readonly<Record<string, string>>): Promise<Record<string, string[]>> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'oxlint-'));
  try {
    await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
    for (const file of ['oxlint.config.ts', 'package.json', 'tsconfig.json'])
      await copyFile(path.join(root, file), path.join(folder, file));
    for (const [file, text] of Object.entries(files)) {
      await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
      await writeFile(path.join(folder, file), text);
    }
    const found = Object.fromEntries(Object.keys(files).map((file): [string, string[]] => [file, []]));
    const { diagnostics } = await reportOn(folder);
    for (const { filename, code, message } of diagnostics) (found[filename] ??= []).push(code ?? message);
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
};
