import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { type Environment } from '../lib/aws/connection.ts';
import { retirementNotice, retiringModels } from '../lib/health/retiring-models.ts';
import { describeError } from '../lib/telemetry/describe-error.ts';
import { jsonBanner, terminalBanner } from './banner.ts';
import { directLoopback } from './direct-loopback.ts';
import { nonEmpty, readDotEnv } from './dot-env.ts';
import { launch } from './launch.ts';
import { readSettings } from './settings.ts';
import { StartRefused } from './start-refused.ts';
import { stopWith } from './stop-with.ts';
import { missingSecrets } from './tool-secrets.ts';

const root = join(import.meta.dirname, '..');
const directory = process.cwd();

const setEnvironment = (changes: Environment): void => {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
};

const start = async (): Promise<void> => {
  // Variables of the process win over those of the file, unless they are empty.
  setEnvironment({ ...readDotEnv(join(directory, '.env')), ...nonEmpty(process.env) });
  setEnvironment(directLoopback(process.env));
  const settings = readSettings(process.env, directory);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const terminal = process.stdout.isTTY;
  const running = await launch({ settings, env: process.env, setEnvironment, terminal, version, root });
  const { app } = await import('../lib/app/app.ts');
  const { agents } = await import('#agents');
  stopWith(process, { running, log: app.log, underNpm: process.env['npm_lifecycle_event'] !== undefined });
  const now = app.clock.now();
  const retiring = retirementNotice(retiringModels(app.core.prices, new Set(app.catalog.models), now), now);
  const facts = {
    settings,
    port: running.port,
    version,
    directory,
    retiring,
    missingSecrets: missingSecrets(agents, settings.toolSecrets),
  };
  process.stdout.write((terminal ? terminalBanner : jsonBanner)(facts));
  running.startSchedules();
  // Kept now, because nobody knows how this process will end.
  setImmediate(flushCompileCache);
};

// Whoever read what is printed may stop reading, as a script does that waited for the banner: that ends no server. To log it
// would only fail again, and again.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

start().catch((error: unknown) => {
  const sentence =
    error instanceof StartRefused
      ? error.message
      : `Ballast cannot start: ${String(describeError(error)['error'])} at ${String(describeError(error)['frames'])}.`;
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
});
