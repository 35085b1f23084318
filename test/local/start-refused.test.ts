import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { freePort } from '../../local/free-port.ts';
import { enginesOn } from '../../local/stale-engines.ts';
import { bundledServer } from '../api/bundled-server.ts';
import { describedFetch } from '../openapi/described-fetch.ts';
import { ENTRY, type SpawnOptions, testWorkplace } from './spawned-server.ts';

const entry = await bundledServer();

/** Redefines what a process says of itself, before anything of ours runs in it. */
const pretend = (code: string) => ['--import', `data:text/javascript,${encodeURIComponent(code)}`];

/** Starts it, expects it to give up, and gives back what it said: one line, no stack, exit code 1, nothing left running. */
const refusal = async (options: Partial<SpawnOptions>): Promise<string> => {
  const place = testWorkplace();
  const server = place.start({ entry, ...options });
  expect(await server.exited).toBe(1);
  expect(server.output.stdout).toBe('');
  expect(server.output.stderr).toMatch(/^[^\n]+\.\n$/);
  expect(server.output.stderr).not.toMatch(/\bat .*:\d+:\d+|Error:/);
  expect(enginesOn(place.database)).toEqual([]);
  return server.output.stderr;
};

describe('npm start says in one sentence, with the way out,', () => {
  it('that the port is busy', async () => {
    const busy = createServer();
    await new Promise<void>((resolve) => busy.listen(0, '127.0.0.1', resolve));
    const { port } = busy.address() as { port: number };
    expect(await refusal({ env: { PORT: String(port) } })).toMatch(
      new RegExp(`^Port ${port} is already in use: .*PORT=${port + 1} npm start`),
    );
    busy.close();
  });

  it('that another server uses the data directory, which goes on serving', async () => {
    const place = testWorkplace();
    const url = await place.start({ entry }).ready;
    const second = place.start({ entry });
    expect(await second.exited).toBe(1);
    expect(second.output.stderr).toMatch(
      /^Another Ballast server is using the data directory .*BALLAST_DATA_DIR.*\.\n$/,
    );
    expect((await describedFetch(`${url}/health`)).status).toBe(200);
  });

  it.each(['127.0.0.1', 'localhost', '[::1]'])('that the provider would be this very server (%s)', async (name) => {
    const port = await freePort();
    const env = { PORT: String(port), ANTHROPIC_API_KEY: 'key', ANTHROPIC_BASE_URL: `http://${name}:${port}` };
    expect(await refusal({ env })).toMatch(/^ANTHROPIC_BASE_URL is this very server, at port \d+: /);
  });

  it('that Node is too old', async () => {
    const code = `Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
      Object.defineProperty(process, 'version', { value: 'v20.20.2' });`;
    // The file that asks for it is the very first one.
    const first = { entry: ENTRY, nodeArguments: pretend(code) };
    expect(await refusal(first)).toMatch(/^Ballast needs Node.js 24 or newer and this is v20.20.2: /);
  });

  it.each([
    ['--no-experimental-strip-types', /told not to run TypeScript: take --no-experimental-strip-types /],
    ['--jitless', /without WebAssembly, .*take --jitless out/],
    ['--no-experimental-sqlite', /take the options that begin with --no-experimental out/],
  ])('that Node has %s, which keeps our files from it', (option, sentence) => {
    // Nothing else is loaded, which would fail in its place.
    const { status, stderr } = spawnSync(process.execPath, [option, ENTRY], { encoding: 'utf8' });
    expect([status, stderr.split('\n').length]).toEqual([1, 2]);
    expect(stderr).toMatch(sentence);
  });

  it('that the project lies below a folder named node_modules', () => {
    const code = `import { boot } from ${JSON.stringify(new URL('../../local/boot.mjs', import.meta.url).href)};
      const code = 'ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING';
      boot('npm start', async () => { throw Object.assign(new Error('x'), { code }); });`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' });
    expect(stderr).toBe(
      'Node.js runs no TypeScript below a folder named node_modules: move the project out of it, then `npm start` again.\n',
    );
    expect(status).toBe(1);
  });

  it('that the engine is not to be had for this platform', async () => {
    const code = `Object.defineProperty(process, 'arch', { value: 'sparc' });`;
    expect(await refusal({ nodeArguments: pretend(code) })).toMatch(/for linux-sparc\. .*AWS_ENDPOINT_URL_DYNAMODB/);
  });

  it.each([
    [{ PORT: 'canary' }, /^PORT must be a whole number/],
    [{ HOST: '203.0.113.7' }, /^HOST=203.0.113.7 is not an address of this machine/],
    [{ AWS_ENDPOINT_URL_DYNAMODB: 'canary' }, /^AWS_ENDPOINT_URL_DYNAMODB must be/],
    [{ AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:9' }, /^The DynamoDB at http:\/\/127.0.0.1:9 cannot be used/],
    [{ MAX_RETRIES: 'canary', RUN_TIMEOUT_MS: '-1' }, /MAX_RETRIES .*RUN_TIMEOUT_MS/],
    [{ LOG_LEVEL: 'canary' }, /LOG_LEVEL/],
    [{ MODEL_PRICES: '{' }, /^MODEL_PRICES is not valid/],
    [{ BALLAST_DATA_DIR: `${process.execPath}/below-a-file` }, /^The data directory .* cannot be used/],
  ])('what is wrong with %j', async (env, sentence) => {
    const said = await refusal({ env });
    expect(said).toMatch(sentence);
    expect(said).not.toContain('canary');
  });
});
