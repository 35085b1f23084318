import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { LOG_FILE } from '../../data-files.ts';
import { nonEmpty, readDotEnv } from '../../dot-env.ts';
import type { Shell } from '../verb.ts';
import { type LogLine, parseLines } from './lines.ts';

/** Where the local server keeps its data, by the environment and `.env`. */
export const dataDirectoryOf = ({ env, directory }: Pick<Shell, 'directory' | 'env'>): string => {
  const { BALLAST_DATA_DIR: data = '.ballast' } = { ...readDotEnv(join(directory, '.env')), ...nonEmpty(env) };
  return isAbsolute(data) ? data : join(directory, data);
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
};

/** What the local server has written, the oldest line first. */
export const readLocalLog = (dataDirectory: string): LogLine[] =>
  [`${LOG_FILE}.1`, LOG_FILE].flatMap((name) => parseLines(textOf(join(dataDirectory, name))));
