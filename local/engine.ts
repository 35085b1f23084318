import { chmodSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EngineFailed, startEngineProcess } from './engine-process.ts';
import { freePort } from './free-port.ts';
import { PRIVATE } from './private-file.ts';
import { endStaleEngines } from './stale-engines.ts';
import { MachineRefused } from './start-refused.ts';

/** A port can be taken between being found free and being used; five times in a row is something else. */
const PORT_TRIES = 5;

/** The embedded DynamoDB, running. */
export interface Engine {
  /** For `AWS_ENDPOINT_URL_DYNAMODB`. */
  readonly endpoint: string;
  readonly pid: number;
  /** Resolves when it has ended, asked to or not. */
  readonly exited: Promise<void>;
  /** Ends it, after what it has under way; safe to call again. */
  stop(): Promise<void>;
}

export interface EngineOptions {
  /** Absolute path of the database file, in a data directory that this process holds; `null` keeps all in memory. */
  readonly dbPath: string | null;
  /** Resolves a module to its file, throwing where there is none. */
  readonly resolve?: (specifier: string) => string;
}

const binaryFor = (resolve: (specifier: string) => string): string => {
  const platform = `${process.platform}-${process.arch}`;
  try {
    return join(dirname(resolve(`@dynoxide/${platform}/package.json`)), 'dynoxide');
  } catch (cause) {
    throw new MachineRefused(
      `There is no embedded DynamoDB for ${platform}. Run \`npm run dynamodb\` in another terminal (it needs Java 17), or start a ` +
        'DynamoDB of your own; then write AWS_ENDPOINT_URL_DYNAMODB=http://localhost:8000 into .env and start again.',
      { cause },
    );
  }
};

/**
 * Starts the embedded DynamoDB on a free port of the loopback address and resolves when it answers.
 * It ends with this process, however that ends; one left over on the same database is ended first.
 */
export const startEngine = async ({
  dbPath,
  resolve = createRequire(import.meta.url).resolve,
}: EngineOptions): Promise<Engine> => {
  const binary = binaryFor(resolve);
  if (dbPath !== null) {
    await endStaleEngines(dbPath);
    // One of an earlier version is for others to read, too.
    for (const file of [dbPath, `${dbPath}-wal`, `${dbPath}-shm`]) if (existsSync(file)) chmodSync(file, PRIVATE);
  }
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      const engine = await startEngineProcess(binary, port, dbPath);
      return { ...engine, endpoint: `http://127.0.0.1:${port}` };
    } catch (error) {
      if (!(error instanceof EngineFailed)) throw error;
      if (attempt === PORT_TRIES || !error.message.includes('in use')) {
        throw new MachineRefused(`The embedded database does not start: ${error.message || 'it said nothing'}.`);
      }
    }
  }
};
