import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { buildFunctions, deployedFunctions } from '../../scripts/build.ts';
import { packageStage } from '../../scripts/package.ts';
import { writeService } from '../../scripts/project/write-service.ts';
import { describeOnDynamoDb } from '../dynamodb.ts';
import { ownAgents } from '../local/own-agents.ts';
import { ROOT } from '../made-once.ts';
import { published } from '../telemetry/embedded-format.ts';
import { authorised, startZips, type Zips } from './zips.ts';

const SECRET = 'canary-key-of-the-shop';

/** A shop that answers with what it was asked by; its origin is one that a stage may have a stand-in for. */
const TOOLS = `import { createServer } from 'node:net';
import { bearer, defineTool, safe, z } from 'ballast';
const shop = {
  input: z.strictObject({}),
  secrets: { 'shop-api': { description: 'Key of the shop' } },
  endpoints: { shop: { url: 'https://api.open-meteo.com', authorization: bearer('shop-api') } },
};
export const total = defineTool({
  ...shop, name: 'total', description: 'Gives a total.',
  async run(_input, { fetch, log }) {
    const answer = await (await fetch('shop', '/total')).text();
    log.info(safe\`asked the shop\`);
    return answer;
  },
});
export const careless = defineTool({
  name: 'careless', description: 'Leaves things open.', input: z.strictObject({}),
  async run() {
    createServer().listen(0);
    setInterval(() => undefined, 1_000);
    return 'left open';
  },
});
export const broken = defineTool({
  ...shop, name: 'broken', description: 'Breaks.',
  async run(_input, { fetch }) {
    throw new RangeError('canary-words ' + (await (await fetch('shop', '/total')).text()));
  },
});
`;

const INDEX = `import { defineAgent } from 'ballast';
import { broken, careless, total } from './tools.js';
const desk = defineAgent({
  name: 'desk', description: 'Helps.', system: 'Help.', tools: [total, broken, careless],
  models: { simple: 'claude-haiku-5-5', standard: 'claude-haiku-5-5', complex: 'claude-haiku-5-5' },
  on: {
    toolFinished({ tool, outcome }, { metric }) { metric(tool === 'total' && outcome === 'ok' ? 'Totals' : 'Others', 1); },
    runStarted() { throw new TypeError('canary-words of a hook'); },
  },
});
export const agents = [desk];
export const on = { runFinished: ({ status, toolCalls }, { metric }) => { if (status === 'succeeded') metric('Calls', toolCalls); } };
export const metrics = ['Totals', 'Others', 'Calls'];
`;

describeOnDynamoDb('the zip of a project with hooks and a secret of a tool, loaded as Lambda loads it', (engine) => {
  const directory = mkdtempSync(join(tmpdir(), 'ballast-own-zips-'));
  const received: (string | undefined)[] = [];
  const shop = createServer(({ headers: { authorization } }, response) => {
    received.push(authorization);
    response.end(`12 USD, asked by ${authorization ?? 'nobody'}`);
  });
  let zips: Zips;
  let service: string;

  beforeAll(async () => {
    ownAgents(directory, { 'index.js': INDEX, 'tools.js': TOOLS });
    const project = { directory, agents: join(directory, 'agents/index.js') };
    service = writeService(ROOT, project);
    for (const name of await deployedFunctions(ROOT)) {
      mkdirSync(join(service, 'dist', name), { recursive: true });
      writeFileSync(join(service, 'dist', name, 'index.mjs'), 'export const handler = () => {};');
    }
    await buildFunctions(ROOT, join(service, 'dist'), [], ['run-agent'], project.agents);
    const folder = join(service, '.serverless');
    packageStage(service, 'dev', folder);
    await new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
    zips = await startZips(engine(), { OPEN_METEO_BASE_URL: url, LOG_LEVEL: 'DEBUG' }, folder);
    zips.secrets.set('ballast/dev/tools/shop-api', SECRET);
  });
  beforeEach(() => void received.splice(0));
  afterAll(async () => {
    await zips.close();
    shop.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const run = async (task: string, accept = 'application/json') => {
    const request = {
      method: 'POST',
      path: '/agent/run',
      headers: { ...authorised, accept },
      body: { agent: 'desk', task },
    };
    const { statusCode, body, output } = await zips.call('run-agent', request);
    expect(statusCode).toBe(200);
    return { body, output };
  };
  /** Values of the user's own metrics. */
  const measured = (output: string) =>
    output
      .split('\n')
      .filter((line) => line.startsWith('{"_aws"') && line.includes('Ballast/Own'))
      .flatMap(published)
      .map(({ name }) => name)
      .sort();

  it('holds no expression library, since none of its agents calculates', () => {
    const meta = JSON.parse(readFileSync(join(service, 'dist', 'meta', 'run-agent.json'), 'utf8')) as Metafile;
    const libraries = Object.values(meta.outputs).flatMap(({ inputs }) => Object.keys(inputs));
    expect(libraries.filter((path) => path.includes('/mathjs/'))).toEqual([]);
    expect(libraries.some((path) => path.includes('/zod/'))).toBe(true);
  });

  it.each(['application/json', 'text/event-stream'])(
    'opens the shop by its secret, tells hooks, and shows the secret to nobody else, as %s',
    async (accept) => {
      const { body, output } = await run('[[tool:total {}]]', accept);
      expect(received).toEqual([`Bearer ${SECRET}`]);
      expect(body).toContain('12 USD, asked by Bearer [SECRET]');
      expect(measured(output)).toEqual(['Calls', 'Totals']);
      expect(output).toContain('asked the shop');
      expect(body + output).not.toContain('canary');
    },
  );

  it('answers, is given the next event and ends although a tool has left a server and a timer open', async () => {
    for (let time = 0; time < 2; time += 1) expect((await run('[[tool:careless {}]]')).body).toContain('left open');
    const environment = await zips.environment('run-agent');
    environment.signal('SIGTERM');
    expect(await environment.exited).toBe(0);
    await zips.renew('run-agent');
  });

  it('names what a hook and a tool threw by their classes alone', async () => {
    const { body, output } = await run('[[tool:broken {}]]');
    expect(received).toEqual([`Bearer ${SECRET}`]);
    expect(body).toContain('The tool failed.');
    expect(output).toMatch(/"message":"tool finished".*"error":"RangeError"/);
    expect(output).toMatch(/"message":"hook failed".*"error":"TypeError"/);
    expect(measured(output)).toEqual(['Calls', 'Others']);
    expect(body + output).not.toMatch(/canary|tools\.js|\bat .*\.mjs/);
  });

  it('fails the call where the secret has no value, and sends nothing', async () => {
    zips.secrets.delete('ballast/dev/tools/shop-api');
    await zips.renew('run-agent');
    const { body, output } = await run('[[tool:total {}]]');
    zips.secrets.set('ballast/dev/tools/shop-api', SECRET);
    expect(received).toEqual([]);
    expect(body).toContain('The tool failed.');
    expect(output).toContain('SecretUnavailable');
  });
});
