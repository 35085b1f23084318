import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { newFile } from '../../local/cli/new/new.ts';
import { createShell } from '../local/cli/shell.ts';
import type { Example } from './examples.ts';
import { ROOT } from './markdown.ts';

/** The files of an agent and of its tool, as `npm run new` writes them into a project without any. */
export const madeByNew = async (): Promise<Example[]> => {
  mkdirSync(path.join(ROOT, '.ballast'), { recursive: true });
  const directory = mkdtempSync(path.join(ROOT, '.ballast', 'new-'));
  try {
    mkdirSync(path.join(directory, 'agents'));
    // Its formatter is that of Ballast.
    writeFileSync(path.join(directory, 'agents', 'index.ts'), 'export const agents = [];\n');
    const { shell, said } = createShell({ directory });
    await newFile.run(['agent', 'desk'], shell);
    await newFile.run(['tool', 'find_it'], shell);
    const written = [...new Set(said.out.match(/agents\/[\w./-]+\.ts/g))];
    return written.map((file) => ({ path: file, text: readFileSync(path.join(directory, file), 'utf8') }));
  } finally {
    rmSync(directory, { recursive: true });
  }
};
