import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engine, startEngine } from '../../local/engine.ts';
import { EngineFailed, startEngineProcess } from '../../local/engine-process.ts';
import { freePort } from '../../local/free-port.ts';
import { enginesOn } from '../../local/stale-engines.ts';
import { StartRefused } from '../../local/start-refused.ts';

const SUPPORTED = process.platform === 'linux' && process.arch === 'x64';
if (!SUPPORTED) console.warn('skipped: the embedded engine (there is none for this platform)');

const HOLDER = fileURLToPath(new URL('engine-holder.ts', import.meta.url));

interface Told {
  readonly enginePid: number;
  readonly endpoint: string;
  readonly keys: readonly string[];
}

describe.skipIf(!SUPPORTED)('the embedded engine', () => {
  const binary = join(dirname(createRequire(import.meta.url).resolve('@dynoxide/linux-x64/package.json')), 'dynoxide');
  const children: ChildProcess[] = [];
  const engines: Engine[] = [];
  let directory = '';

  beforeEach(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'ballast-engine-')));
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await Promise.all(engines.splice(0).map((engine) => engine.stop()));
    rmSync(directory, { recursive: true, force: true });
  });

  const dbPath = () => join(directory, 'dynamodb.db');
  const start = async (path: string | null) => {
    const engine = await startEngine({ dbPath: path });
    engines.push(engine);
    return engine;
  };
  const hold = async (key: string): Promise<{ child: ChildProcess; told: Told }> => {
    const child = spawn(process.execPath, [HOLDER, directory, key], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    return { child, told: JSON.parse(line) as Told };
  };
  const serving = async (path: string, count: number) => {
    for (let look = 0; look < 500 && enginesOn(path).length !== count; look += 1) await pause(10);
    return enginesOn(path);
  };

  it('answers on the loopback address when it has started, and no more when it has been stopped, twice if need be', async () => {
    const engine = await start(null);
    expect(engine.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await fetch(engine.endpoint)).status).toBe(200);
    await engine.stop();
    await engine.stop();
    await expect(fetch(engine.endpoint)).rejects.toThrow();
  });

  it('starts many at once, each on a port of its own', async () => {
    const started = await Promise.all(Array.from({ length: 6 }, () => start(null)));
    expect(new Set(started.map(({ endpoint }) => endpoint)).size).toBe(6);
  });

  it('says when it has ended by itself', async () => {
    const engine = await start(null);
    process.kill(engine.pid, 'SIGKILL');
    await engine.exited;
  });

  it('runs in a process group of its own, so that Ctrl-C does not reach it before the server has finished', async () => {
    const { pid } = await start(null);
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    expect(Number(afterName[2])).toBe(pid);
  });

  it('ends with its server when that is killed, and the next one finds all that was acknowledged', async () => {
    const first = await hold('first');
    expect(enginesOn(dbPath())).toEqual([first.told.enginePid]);
    first.child.kill('SIGKILL');
    expect(await serving(dbPath(), 0)).toEqual([]);
    const second = await hold('second');
    expect(second.told.keys).toEqual(['first', 'second']);
  });

  it('can be started again at once after its server was killed', async () => {
    for (const key of ['1', '2', '3']) {
      const { child, told } = await hold(key);
      expect(told.keys).toHaveLength(Number(key));
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  });

  it('ends an engine that was left over on the same database, and no other', async () => {
    const serve = (port: number, path: string) => {
      const child = spawn(binary, ['--port', String(port), '--db-path', path], { stdio: 'ignore' });
      children.push(child);
      return { child, ended: once(child, 'exit') };
    };
    const stale = serve(await freePort(), dbPath());
    const other = serve(await freePort(), `${dbPath()}-other`);
    expect(await serving(dbPath(), 1)).toEqual([stale.child.pid]);
    const engine = await start(dbPath());
    await stale.ended;
    expect(enginesOn(dbPath())).toEqual([engine.pid]);
    expect(other.child.exitCode).toBeNull();
  });

  it('does not take whoever answers on a taken port for its own', async () => {
    const port = await freePort();
    const first = await startEngineProcess(binary, port, null);
    await expect(startEngineProcess(binary, port, null)).rejects.toBeInstanceOf(EngineFailed);
    await first.stop();
  });

  it('refuses in one sentence where its database cannot be opened', async () => {
    const refusal = startEngine({ dbPath: join(directory, 'missing', 'x.db') });
    await expect(refusal).rejects.toThrow(/^The embedded database does not start: .+\.$/);
    await expect(refusal).rejects.toBeInstanceOf(StartRefused);
  });
});

describe('without an engine for the platform', () => {
  it('the start is refused in one sentence that tells the way out', async () => {
    const resolve = (): string => {
      throw new Error('not installed');
    };
    await expect(startEngine({ dbPath: null, resolve })).rejects.toThrow(
      /^There is no embedded DynamoDB for \S+\. Run `npm run dynamodb` .*write AWS_ENDPOINT_URL_DYNAMODB=http:\/\/localhost:8000 into \.env and start again\.$/,
    );
  });
});
