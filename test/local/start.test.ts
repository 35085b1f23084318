import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stretch } from '../stretched.ts';
import { connectRaw } from './exchange.ts';
import { ask, complaintsOf, testWorkplace } from './spawned-server.ts';

interface Run {
  readonly runId: string;
  readonly status: string;
  readonly output: string;
}

describe('npm start', () => {
  it('serves a run within five seconds, and writes nothing but lines of JSON where no terminal is', async () => {
    const place = testWorkplace();
    const startedAt = performance.now();
    const server = place.start();
    const url = await server.ready;
    expect(performance.now() - startedAt).toBeLessThan(5_000 * stretch());

    const response = await ask(url, '/agent/run', { task: 'canary: what is 17 * 23?' });
    expect(await response.json()).toMatchObject({
      status: 'succeeded',
      output: expect.stringMatching(/simulated/i) as string,
    });
    expect((await ask(url, '/health')).status).toBe(200);
    expect((await ask(url, '/nowhere')).status).toBe(404);
    const stranger = connectRaw(Number(new URL(url).port));
    stranger.socket.write(
      'GET /admin/tenants HTTP/1.0\r\nhost: evil.example\r\nx-api-key: ballast-dev-admin-key\r\n\r\n',
    );
    expect(await stranger.closed).toMatch(/^HTTP\/1.1 403 /);

    server.child.kill('SIGTERM');
    expect(await server.exited).toBe(0);
    const lines = server.output.stdout.trimEnd().split('\n');
    const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    expect(messages[0]).toBe(`Ballast ready on ${url}`);
    expect(messages).toContain('run finished');
    expect(server.output.stdout.replace(/.*\n/, '') + server.output.stderr).not.toMatch(/canary|ballast-dev/);
    expect(complaintsOf(server)).toEqual([expect.stringContaining('host refused')]);
  });

  it('reads .env, where variables of the process win and empty ones set nothing', async () => {
    const place = testWorkplace();
    const lines = [
      'BALLAST_DEV_API_KEY=from-the-file',
      'BALLAST_DEV_ADMIN_KEY=admin-of-the-file',
      'PORT=',
      'MAX_RETRIES=',
    ];
    writeFileSync(join(place.directory, '.env'), lines.join('\n'));
    const server = place.start({ env: { BALLAST_DEV_API_KEY: 'from-the-process' } });
    const url = await server.ready;
    expect((await ask(url, '/agents', undefined, 'from-the-process')).status).toBe(200);
    expect((await ask(url, '/agents', undefined, 'from-the-file')).status).toBe(401);
    expect((await ask(url, '/agents', undefined, 'admin-of-the-file')).status).toBe(200);
  });

  it('takes a changed development key, and the earlier one stops working', async () => {
    const place = testWorkplace();
    const first = place.start();
    await ask(await first.ready, '/agents');
    first.child.kill('SIGINT');
    await first.exited;
    const url = await place.start({ env: { BALLAST_DEV_API_KEY: 'another' } }).ready;
    expect((await ask(url, '/agents')).status).toBe(401);
    expect((await ask(url, '/agents', undefined, 'another')).status).toBe(200);
  });

  it('asks the API at ANTHROPIC_BASE_URL with ANTHROPIC_API_KEY, which nobody else gets to see', async () => {
    const place = testWorkplace();
    const seen: string[] = [];
    const upstream = createServer((request, response) => {
      if (request.method === 'POST') seen.push(JSON.stringify(request.headers));
      request.resume();
      response
        .writeHead(400, { 'content-type': 'application/json' })
        .end('{"type":"error","error":{"type":"invalid_request_error","message":"no"}}');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as { port: number };
    const server = place.start({
      env: { ANTHROPIC_API_KEY: 'sk-ant-canary', ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}` },
    });
    const response = await ask(await server.ready, '/agent/run', { task: 'hello' });
    const text = await response.text();
    server.child.kill('SIGINT');
    await server.exited;
    upstream.close();
    expect(response.status).toBe(400);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toContain('sk-ant-canary');
    expect(text + server.output.stdout + server.output.stderr).not.toContain('canary');
    expect(server.output.stdout).toContain('real, at http://127.0.0.1');
  });
});

describe('two servers on one DynamoDB', () => {
  it('may start at once, each with its own data directory, and see the same runs', async () => {
    const engine = testWorkplace();
    const one = testWorkplace();
    const other = testWorkplace();
    const { startEngine } = await import('../../local/engine.ts');
    const dynamoDb = await startEngine({ dbPath: join(engine.directory, 'dynamodb.sqlite') });
    const env = { AWS_ENDPOINT_URL_DYNAMODB: dynamoDb.endpoint };
    try {
      const [first, second] = await Promise.all([one.start({ env }).ready, other.start({ env }).ready]);
      const { runId } = (await (await ask(first, '/agent/run', { task: 'hello' })).json()) as Run;
      expect(await (await ask(second, `/agent/runs/${runId}`)).json()).toMatchObject({ runId, status: 'succeeded' });
    } finally {
      await dynamoDb.stop();
    }
  });
});
