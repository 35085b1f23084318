/**
 * `npm run bench`: measures, writes `docs/performance.md`, and ends with 1 where one of the project's limits does not hold.
 * `npm run bench start` measures the cold import alone, `npm run bench gateway` the gateway, `npm run bench portkey` it beside
 * Portkey's, `npm run bench async` what is about asynchronous runs; each leaves the rest of the report as it is.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEngine } from '../local/engine.ts';
import { admission } from './admission.ts';
import { admissionTime } from './admission-time.ts';
import { asyncCost } from './async-cost.ts';
import { asyncEvents } from './async-events.ts';
import { asyncOperations } from './async-operations.ts';
import { asyncReplay } from './async-replay.ts';
import { startStage } from './async-stage.ts';
import { besidePortkey } from './beside-portkey.ts';
import { coldImport } from './cold-import.ts';
import { startFastUpstream } from './fast-upstream.ts';
import { gateway, gatewayDelay } from './gateway.ts';
import { gatewayMemory, gatewayOperations } from './gateway-footprint.ts';
import { startWays } from './gateway-ways.ts';
import { hotTenant } from './hot-tenant.ts';
import { itemSize } from './item-size.ts';
import { startLocalServer } from './local-server.ts';
import { memory } from './memory.ts';
import { middlewareOverhead } from './middleware.ts';
import { oneWrite } from './one-write.ts';
import { operations } from './operations.ts';
import { redaction } from './redaction.ts';
import { withSections } from './report.ts';
import { reports } from './reports.ts';
import { renderSection, type Section } from './section.ts';
import { shards } from './simulate-shards.ts';
import { slotMisses } from './simulate-slots.ts';
import { supervision } from './supervision.ts';
import { sockets } from './supervision-sockets.ts';
import { supervisionTime } from './supervision-time.ts';
import { startStreamUpstream } from './supervision-upstream.ts';
import { throughput } from './throughput.ts';

const root = join(import.meta.dirname, '..');

const git = (...args: string[]): string => spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout.trim();

/** The guarded way to a model: everything of it is started for these sections alone. */
const measureGateway = async (
  add: (measured: Promise<Section>) => Promise<void>,
  subfolder: (name: string) => string,
) => {
  await add(gatewayOperations(subfolder('gateway-operations')));
  await using ways = await startWays(subfolder('gateway'));
  await add(gateway(ways));
  await add(gatewayDelay(ways));
  await add(gatewayMemory(ways));
};

/** Runs that are worked on in invocations: counted on a server behind a proxy, measured on one without. */
const measureAsyncRuns = async (
  add: (measured: Section | Promise<Section>) => Promise<void>,
  subfolder: (name: string) => string,
  endpoint: string,
) => {
  await add(asyncOperations(endpoint, subfolder('async-operations')));
  await using stage = await startStage(subfolder('async'));
  await add(asyncCost(stage));
  await add(asyncReplay(stage));
  for (const section of await asyncEvents(stage)) await add(section);
};

/** Where what is measured gets its folders, and is gathered and shown. */
const gatherIn = (folder: string) => {
  const sections: Section[] = [];
  return {
    sections,
    subfolder: (name: string) => {
      const path = join(folder, name);
      mkdirSync(path);
      return path;
    },
    add: async (measured: Section | Promise<Section>) => {
      const section = await measured;
      sections.push(section);
      console.log(`${renderSection(section)}\n`);
    },
  };
};

const measureAsyncAlone = async (folder: string): Promise<Section[]> => {
  const { sections, subfolder, add } = gatherIn(folder);
  const engine = await startEngine({ dbPath: null });
  try {
    await measureAsyncRuns(add, subfolder, engine.endpoint);
  } finally {
    await engine.stop();
  }
  return sections;
};

const measure = async (folder: string): Promise<Section[]> => {
  await using started = new AsyncDisposableStack();
  const { sections, subfolder, add } = gatherIn(folder);
  await add(coldImport(root, subfolder('build')));
  await add(middlewareOverhead());
  await add(redaction());
  const streams = started.use(await startStreamUpstream());
  await add(supervision(streams));
  await add(supervisionTime(streams));
  await add(sockets());
  const engine = await startEngine({ dbPath: null });
  started.defer(() => engine.stop());
  await add(operations(engine.endpoint, subfolder('operations')));
  await add(admission(engine.endpoint, subfolder));
  await add(admissionTime(engine.endpoint));
  await add(hotTenant(engine.endpoint));
  await add(itemSize());
  await add(await shards());
  await add(oneWrite(engine.endpoint));
  await add(slotMisses());
  await add(reports(engine.endpoint));
  await measureGateway(add, subfolder);
  await add(besidePortkey(subfolder('portkey')));
  await measureAsyncRuns(add, subfolder, engine.endpoint);
  const upstream = await startFastUpstream();
  started.defer(() => upstream.close());
  let servers = 0;
  const startServer = () =>
    startLocalServer({ folder: subfolder(`server-${(servers += 1)}`), env: { ANTHROPIC_BASE_URL: upstream.url } });
  await add(memory(startServer));
  await add(throughput(startServer));
  return sections;
};

const measurePortkeyAlone = async (folder: string): Promise<Section[]> => {
  const { sections, subfolder, add } = gatherIn(folder);
  await add(besidePortkey(subfolder('portkey')));
  return sections;
};

const measureGatewayAlone = async (folder: string): Promise<Section[]> => {
  const { sections, subfolder, add } = gatherIn(folder);
  await measureGateway(add, subfolder);
  return sections;
};

const measureStartAlone = async (folder: string): Promise<Section[]> => {
  const { sections, subfolder, add } = gatherIn(folder);
  await add(coldImport(root, subfolder('build')));
  return sections;
};

/** Parts of the report that can be measured by themselves. */
const PARTS: Readonly<Record<string, (folder: string) => Promise<Section[]>>> = {
  async: measureAsyncAlone,
  gateway: measureGatewayAlone,
  portkey: measurePortkeyAlone,
  start: measureStartAlone,
};

const commit = (): string => {
  const dirty = git('status', '--porcelain', '--', ':!docs/performance.md') === '' ? '' : ' with uncommitted changes';
  return git('rev-parse', 'HEAD') + dirty;
};

const report = (sections: readonly Section[], seconds: number): string =>
  `# Performance

Written by \`npm run bench\`, which measures all of it in one run and fails where a limit does not hold. Ratios carry over
to other machines; times and rates are of this one.

- Date: ${new Date().toISOString()}
- Commit: ${commit()}
- Machine: ${process.platform} ${process.arch}, ${availableParallelism()} cores, Node ${process.version}
- To repeat: \`npm ci && npm run bench\` (here ${seconds.toFixed(0)} s), on a machine that does nothing else

${sections.map(renderSection).join('\n\n')}
`;

const folder = mkdtempSync(join(tmpdir(), 'ballast-bench-'));
try {
  const began = performance.now();
  const [before = 0] = loadavg();
  const part = PARTS[process.argv[2] ?? ''];
  const sections = await (part ?? measure)(folder);
  const path = join(root, 'docs', 'performance.md');
  const load = `beside a load of ${before.toFixed(1)} on ${availableParallelism()} cores`;
  const note = `Measured by itself, at ${new Date().toISOString()}, commit ${commit()}, ${load}.`;
  const whole =
    part === undefined
      ? report(sections, (performance.now() - began) / 1_000)
      : withSections(readFileSync(path, 'utf8'), sections, note);
  writeFileSync(path, whole);
  const breaches = sections.flatMap((section) => section.breaches);
  for (const breach of breaches) console.error(breach);
  if (breaches.length > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
