import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { bundledServer } from '../api/bundled-server.ts';
import { startHttpTarget } from '../http-target.ts';
import { published } from '../telemetry/embedded-format.ts';
import { ask, complaintsOf, createWorkplace } from './spawned-server.ts';

const entry = await bundledServer();

interface Health {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string }>>;
}

/** Waits until the first round of probes, which begins when the server is ready, can be seen from outside. */
const probed = async (url: string): Promise<Health> => {
  for (;;) {
    const health = (await (await ask(url, '/health')).json()) as Health;
    if (health.checks['claude'] !== undefined) return health;
    await pause(20);
  }
};

const metricLines = (stdout: string) => stdout.split('\n').filter((line) => line.includes('"_aws"'));

describe('npm start', () => {
  it('probes the dependencies as soon as it is ready, and tells them in /health, and as metrics nothing of what is well', async () => {
    const server = createWorkplace().start({ entry });
    const { status, checks } = await probed(await server.ready);
    expect(status).toBe('healthy');
    expect(Object.keys(checks).sort()).toEqual([
      ...['alerts', 'circuits', 'claude', 'clock', 'dynamodb', 'keys', 'models', 'prices', 'rests', 'secrets'],
    ]);
    server.child.kill('SIGINT');
    expect(await server.exited).toBe(0);
    const names = metricLines(server.output.stdout).flatMap(published);
    expect(names.map(({ name }) => name)).toEqual(expect.arrayContaining(['Requests']));
    expect(server.output.stdout).toMatch(/^[^\n]*Ballast ready on/);
    expect(complaintsOf(server)).toEqual([]);
  });

  it('prints no metrics for a terminal', async () => {
    const server = createWorkplace().start({ entry, env: { LOG_FORMAT: 'pretty' } });
    await probed(await server.ready);
    server.child.kill('SIGINT');
    await server.exited;
    expect(metricLines(server.output.stdout)).toEqual([]);
  });

  it('ends cleanly while a probe waits for an answer that never comes', async () => {
    const upstream = await startHttpTarget();
    upstream.script('hang');
    const env = { ANTHROPIC_API_KEY: 'sk-ant-canary', ANTHROPIC_BASE_URL: upstream.url };
    const server = createWorkplace().start({ entry, env });
    await server.ready;
    while (!upstream.hanging) await pause(10);
    server.child.kill('SIGINT');
    expect(await server.exited).toBe(0);
    await upstream.close();
    expect(upstream.seen.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /v1/models?limit=1']);
    expect(server.output.stdout + server.output.stderr).not.toContain('canary');
  });
});
