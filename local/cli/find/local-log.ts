import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_FILE } from '../../data-files.ts';
import { type LogLine, parseLines } from './lines.ts';

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
