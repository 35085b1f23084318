import { readFileSync, rmSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { Environment } from '../lib/kernel/environment.ts';
import { nonEmpty, readDotEnv } from './dot-env.ts';
import { writePrivateFile } from './private-file.ts';

/** The log of the server, as lines of JSON; the one before it has `.1` at its end. */
export const LOG_FILE = 'log.jsonl';

/** Where the local server keeps its data, by the environment and `.env`. */
export const dataDirectoryOf = ({
  env,
  directory,
}: {
  readonly env: Environment;
  readonly directory: string;
}): string => {
  const { BALLAST_DATA_DIR: data = '.ballast' } = { ...readDotEnv(join(directory, '.env')), ...nonEmpty(env) };
  return isAbsolute(data) ? data : join(directory, data);
};

/** Where the parts of a running server answer. */
export interface Address {
  /** The database, of the loopback address and without credentials where it is the embedded one. */
  readonly dynamoDb: string;
}

const ADDRESS_FILE = 'address.json';

/** Leaves word where the parts of this server answer, for commands on this machine; the answer takes it away again. */
export const writeAddress = (directory: string, address: Address): (() => void) => {
  const file = join(directory, ADDRESS_FILE);
  writePrivateFile(file, JSON.stringify(address));
  return () => rmSync(file, { force: true });
};

/** What the server of this data directory has left; `null`: none runs, or the last one was killed before it said so. */
export const readAddress = (directory: string): Address | null => {
  try {
    return JSON.parse(readFileSync(join(directory, ADDRESS_FILE), 'utf8')) as Address;
  } catch {
    return null;
  }
};
