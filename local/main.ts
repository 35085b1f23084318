import { readFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { retirementNotice, retiringModels } from '../lib/health/retiring-models.ts';
import { type Environment } from '../lib/kernel/environment.ts';
import { describeError } from '../lib/telemetry/describe-error.ts';
import { createPaint } from '../lib/telemetry/terminal/paint.ts';
import { jsonBanner, terminalBanner } from './banner.ts';
import { ALONE, supervised } from './dev/supervised.ts';
import { directLoopback } from './direct-loopback.ts';
import { nonEmpty, readDotEnv } from './dot-env.ts';
import { launch } from './launch.ts';
import { leadToAgents, ownProject } from './own-project.ts';
import { preload } from './preload.ts';
import { readSettings } from './settings.ts';
import { MachineRefused, StartRefused } from './start-refused.ts';
import { stopWith } from './stop-with.ts';
import { missingSecrets } from './tool-secrets.ts';

const root = join(import.meta.dirname, '..');
const directory = process.cwd();
const supervisor = supervised(process);

const setEnvironment = (changes: Environment): void => {
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
};

const start = async (): Promise<void> => {
  if (supervisor !== ALONE) void preload();
  const { port, isFirst } = await supervisor.order;
  // Variables of the process win over those of the file, unless they are empty.
  setEnvironment({ ...readDotEnv(join(directory, '.env')), ...nonEmpty(process.env) });
  setEnvironment(directLoopback(process.env));
  const read = readSettings(process.env, directory);
  const settings = { ...read, port: read.port || (port ?? 0) };
  const own = ownProject(root, directory);
  if (own !== null) leadToAgents(own);
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const terminal = process.stdout.isTTY;
  const running = await launch({ settings, env: process.env, setEnvironment, terminal, version, root });
  const { app } = await import('../lib/app/app.ts');
  const { agents } = await import('#agents');
  const { DEFAULT_AGENT } = await import('../lib/run/catalog.ts');
  stopWith(process, {
    running,
    log: app.log,
    underNpm: process.env['npm_lifecycle_event'] !== undefined,
    say: terminal ? (sentence) => void process.stdout.write(`\n${sentence}${sentence === '' ? '' : '\n'}`) : null,
    onMakeRoom: (makeRoom) => supervisor.onMakeRoom(makeRoom),
  });
  const now = app.clock.now();
  const retiring = retirementNotice(retiringModels(app.core.prices, new Set(app.catalog.models), now), now);
  const facts = {
    settings,
    port: running.port,
    version,
    directory,
    retiring,
    missingSecrets: missingSecrets(agents, settings.toolSecrets),
    agent: agents.some(({ name }) => name === DEFAULT_AGENT) ? null : (agents[0]?.name ?? null),
  };
  const { bold } = createPaint(terminal && process.stdout.hasColors());
  if (isFirst) process.stdout.write(terminal ? terminalBanner(facts, bold) : jsonBanner(facts));
  void supervisor.say({ kind: 'ready', port: running.port });
  running.begin();
  // Kept now, because nobody knows how this process will end.
  setImmediate(flushCompileCache);
};

// Whoever read what is printed may stop reading, as a script does that waited for the banner: that ends no server. To log it
// would only fail again, and again.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

start().catch(async (error: unknown) => {
  const sentence =
    error instanceof StartRefused
      ? error.message
      : `Ballast cannot start: ${String(describeError(error)['error'])} at ${String(describeError(error)['frames'])}.`;
  process.stderr.write(`${sentence}\n`);
  await supervisor.say({ kind: 'refused', atMachine: error instanceof MachineRefused });
  process.exit(1);
});
