import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseEnv } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DUMMY_CONNECTION } from '../dynamodb-names.ts';
import { type ScriptedSecretsManager, startSecretsManager } from '../secrets/scripted-secrets-manager.ts';
import { GOOD } from '../secrets/values.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'scripts', 'secret.ts');

let store: ScriptedSecretsManager;
let folder: string;
beforeAll(async () => {
  store = await startSecretsManager();
});
afterAll(() => store[Symbol.asyncDispose]());
beforeEach(() => {
  store.values.clear();
  store.become('answers');
  folder = mkdtempSync(join(tmpdir(), 'ballast-secret-'));
  mkdirSync(join(folder, 'agents'));
  writeFileSync(join(folder, 'agents', 'index.js'), 'export const agents = [];\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The command as npm runs it, with this piped in. */
const secret = async (words: string, input = '') => {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = {
    PATH,
    NODE_COMPILE_CACHE,
    AWS_REGION: DUMMY_CONNECTION.region,
    AWS_ACCESS_KEY_ID: 'a',
    AWS_SECRET_ACCESS_KEY: 'b',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: store.url,
  };
  const child = spawn(process.execPath, [PROGRAM, ...words.split(' ')], { env, cwd: folder });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined).end(input);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await closed) as [number];
  return { code, stdout, stderr, all: `${stdout}${stderr}` };
};

const dotEnv = () => join(folder, '.env');
const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('npm run secret on a stage', () => {
  it('puts a value that is piped in, and says where it is, not what it is', async () => {
    store.values.set('ballast/dev/anthropic', '');
    const put = await secret('put anthropic --stage dev', `${GOOD.anthropic}\n`);
    expect(put).toMatchObject({ code: 0, stdout: expect.stringContaining('ballast/dev/anthropic') as string });
    expect(store.values.get('ballast/dev/anthropic')).toBe(GOOD.anthropic);
    expect(put.all).not.toContain(GOOD.anthropic.slice(-8));
  });

  it('refuses a value of another form, and one that is an argument, quoting neither', async () => {
    store.values.set('ballast/dev/jwt', '');
    const short = await secret('put jwt --stage dev', 'canary-too-short');
    expect(short).toMatchObject({ code: 1, stderr: expect.stringContaining('32 bytes') as string });
    const argument = await secret('put jwt canary-argument --stage dev');
    expect(argument).toMatchObject({ code: 2, stderr: expect.stringContaining('never an argument') as string });
    expect(`${short.all}${argument.all}`).not.toContain('canary');
    expect(store.values.get('ballast/dev/jwt')).toBe('');
  });

  it('rotates tokens and webhooks: the one before it stays accepted until that is ended', async () => {
    store.values.set('ballast/dev/jwt', GOOD.jwt);
    expect((await secret('put jwt --stage dev', GOOD.nextJwt)).stderr).toContain('use rotate');
    await secret('rotate jwt --stage dev', GOOD.nextJwt);
    expect(JSON.parse(store.values.get('ballast/dev/jwt') ?? '')).toEqual({
      current: GOOD.nextJwt,
      previous: GOOD.jwt,
    });
    expect((await secret('list --stage dev')).stdout).toMatch(/^jwt +current and previous/m);
    await secret('rotate jwt --stage dev --finish');
    expect(store.values.get('ballast/dev/jwt')).toBe(GOOD.nextJwt);
  });

  it('lists what there is and what is wrong with it, and no value', async () => {
    store.values.set('ballast/dev/anthropic', GOOD.anthropic).set('ballast/dev/webhooks', 'canary');
    const { stdout, all } = await secret('list --stage dev');
    expect(stdout).toMatch(/^anthropic +set/m);
    expect(stdout).toMatch(/^webhooks +wrong form: a secret of webhooks is not whsec_/m);
    expect(stdout).toMatch(/^jwt +no value/m);
    expect(all).not.toMatch(/canary|sk-ant-api/);
    const json = await secret('list --stage dev --json');
    expect((JSON.parse(json.stdout) as { secrets: object[] }).secrets[0]).toMatchObject({
      name: 'anthropic',
      state: 'set',
    });
    expect(json.all).not.toMatch(/canary|sk-ant-api/);
  });

  it('says of a stage that is not there to deploy it, and of a refusal its name, quoting no answer', async () => {
    const missing = await secret('put anthropic --stage dev', GOOD.anthropic);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no secret ballast/dev/anthropic') as string,
    });
    store.become('refuses');
    const refused = await secret('put anthropic --stage dev', GOOD.anthropic);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('AccessDeniedException') as string });
    expect(`${missing.all}${refused.all}`).not.toMatch(/canary|sk-ant-api/);
  });
});

describe('npm run secret --local', () => {
  it('writes .env so that only its owner reads it, also where it was there for others to read', async () => {
    writeFileSync(dotEnv(), '# own\nPORT=0\nexport ANTHROPIC_API_KEY="old"\n', { mode: 0o644 });
    chmodSync(dotEnv(), 0o644);
    expect(await secret('put anthropic --local', GOOD.anthropic)).toMatchObject({ code: 0 });
    expect(readFileSync(dotEnv(), 'utf8')).toBe(`# own\nPORT=0\nANTHROPIC_API_KEY=${GOOD.anthropic}\n`);
    expect(modeOf(dotEnv())).toBe(0o600);
  });

  it('makes .env where there is none, and follows a link to it', async () => {
    symlinkSync(join(folder, 'elsewhere'), dotEnv());
    writeFileSync(join(folder, 'elsewhere'), '', { mode: 0o666 });
    await secret('put alerts --local', JSON.stringify({ slackWebhookUrl: 'https://hooks.slack.com/services/x' }));
    expect(parseEnv(readFileSync(dotEnv(), 'utf8'))).toEqual({
      BALLAST_SLACK_WEBHOOK_URL: 'https://hooks.slack.com/services/x',
    });
    expect(modeOf(join(folder, 'elsewhere'))).toBe(0o600);
    rmSync(dotEnv());
    await secret('put webhooks --local --generate');
    expect(readFileSync(dotEnv(), 'utf8')).toMatch(/^BALLAST_WEBHOOK_SECRET=whsec_\S{44}\n$/);
    expect(modeOf(dotEnv())).toBe(0o600);
  });
});
