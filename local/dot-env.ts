import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import { nameError } from '../lib/telemetry/describe-error.ts';
import type { Environment } from './settings.ts';
import { StartRefused } from './start-refused.ts';

/** What a file like `.env` sets; nothing where there is none, and an empty line sets nothing. */
export const readDotEnv = (file: string): Environment => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new StartRefused(`The file .env cannot be read (${nameError(error)}).`);
  }
  return Object.fromEntries(Object.entries(parseEnv(text)).filter(([, value]) => value !== ''));
};
