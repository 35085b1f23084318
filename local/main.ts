import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { loadConfig } from '../lib/config.ts';
import { describeError, nameError } from '../lib/telemetry/describe-error.ts';
import { jsonBanner, terminalBanner } from './banner.ts';
import { launch } from './launch.ts';
import { readSettings, type Environment } from './settings.ts';
import { StartRefused } from './start-refused.ts';
import { stopWith } from './stop-with.ts';

const root = join(import.meta.dirname, '..');
const directory = process.cwd();

/** Variables of the process win over those of the file, and an empty line in the file sets nothing. */
const addDotEnv = (file: string): void => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new StartRefused(`The file .env cannot be read (${nameError(error)}).`);
  }
  for (const [name, value] of Object.entries(parseEnv(text))) if (value) process.env[name] ??= value;
};

const setEnvironment = (changes: Environment): void => {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
};

const checkConfig = (env: Environment): void => {
  try {
    loadConfig(env);
  } catch (error) {
    throw new StartRefused((error as Error).message);
  }
};

const start = async (): Promise<void> => {
  addDotEnv(join(directory, '.env'));
  const settings = readSettings(process.env, directory);
  checkConfig(process.env);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const terminal = process.stdout.isTTY;
  const running = await launch({ settings, env: process.env, setEnvironment, terminal, version, root });
  const { app } = await import('../lib/app.ts');
  stopWith(process, { running, log: app.log, underNpm: process.env['npm_lifecycle_event'] !== undefined });
  const facts = { settings, port: running.port, version, directory };
  process.stdout.write((terminal ? terminalBanner : jsonBanner)(facts));
  // Kept now, because nobody knows how this process will end.
  setImmediate(flushCompileCache);
};

start().catch((error: unknown) => {
  const sentence =
    error instanceof StartRefused
      ? error.message
      : `Ballast cannot start: ${String(describeError(error)['error'])} at ${String(describeError(error)['frames'])}.`;
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
});
