import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../lib/kernel/environment.ts';
import { nameError } from '../lib/telemetry/describe-error.ts';
import { StartRefused } from './start-refused.ts';

/** By the mark at the beginning of a file; editors of Windows write each of them. */
const decoded = (bytes: Buffer): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (isUtf8(bytes) && !bytes.includes(0)) return new TextDecoder().decode(bytes);
  throw new StartRefused('The file .env is not text in UTF-8: save it as UTF-8, then start again.');
};

const ASSIGNMENT = /^\s*(?:export\s+)?([A-Za-z_][\w.-]*)\s*=\s*(.*)$/;
const NOTHING = /^\s*(?:#.*)?$/;

interface Lines {
  /** As `parseEnv` reads them right. Of `NAME= ` it takes the next line for the value, and it knows no tab behind `export`. */
  readonly plain: string;
  /** The number of the first line that sets nothing and is no comment. */
  readonly idle: number | null;
}

/** A value in quotes may go over several lines. */
const readLines = (lines: readonly string[]): Lines => {
  const plain: string[] = [];
  let idle: number | null = null;
  let quote: string | null = null;
  for (const [at, line] of lines.entries()) {
    if (quote !== null) {
      plain.push(line);
      if (line.includes(quote)) quote = null;
      continue;
    }
    if (NOTHING.test(line)) continue;
    const [, name, value = ''] = ASSIGNMENT.exec(line) ?? [];
    if (name === undefined) {
      idle ??= at + 1;
      continue;
    }
    const [first = ''] = value;
    const opens = /["'`]/.test(first) && !value.slice(1).includes(first);
    quote = opens && lines.slice(at + 1).some((later) => later.includes(first)) ? first : null;
    plain.push(`${name}=${quote === null ? value.trimEnd() : value}`);
  }
  return { plain: plain.join('\n'), idle };
};

/**
 * The text of a file like `.env`, with plain line ends; `''` where there is none. Throws `StartRefused` for what is no text and
 * for a line that would be left out without a word.
 */
export const dotEnvText = (file: string): string => {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new StartRefused(`The file .env cannot be read (${nameError(error)}).`);
  }
  const text = decoded(bytes).replaceAll(/\r\n?/g, '\n');
  const { idle } = readLines(text.split('\n'));
  if (idle !== null) {
    throw new StartRefused(`Line ${idle} of .env sets nothing: write it as NAME=value, or put a # before it.`);
  }
  return text;
};

/** What a text like that of `.env` sets, nothing included. */
export const parseDotEnv = (text: string): Environment => parseEnv(readLines(text.split('\n')).plain);

/** What a file like `.env` sets; nothing where there is none, and an empty value sets nothing. Throws as `dotEnvText` does. */
export const readDotEnv = (file: string): Environment => nonEmpty(parseDotEnv(dotEnvText(file)));

/** The variables that are set to something; blanks alone are nothing. */
export const nonEmpty = (env: Environment): Environment =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value.trim() !== ''));
