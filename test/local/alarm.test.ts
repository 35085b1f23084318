import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTransitions } from '../../lib/alerts/alarm/transition.ts';
import { alarmEvent } from '../../local/alarm-event.ts';
import { alertsSecretOf } from '../../local/alerts-secret.ts';
import { writeAddress } from '../../local/data-files.ts';
import { startServer, type TestServer } from '../api/start-server.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';

const ENTRY = join(import.meta.dirname, '..', '..', 'local', 'alarm.ts');
const SECRET = 'canary-0123456789';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `npm run alarm -- ...` with an environment of its own, where no `.env` is. */
const run = (args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  new Promise((resolve) => {
    const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
    const options = { cwd: import.meta.dirname, env: { PATH, HOME, NODE_COMPILE_CACHE, ...env } };
    execFile(process.execPath, [ENTRY, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });

let target: HttpTarget;
beforeAll(async () => {
  target = await startHttpTarget();
});
afterAll(() => target.close());

describe('npm run alarm', () => {
  it('tells the targets of the environment through the deployed function, and ends', async () => {
    const env = {
      BALLAST_SLACK_WEBHOOK_URL: `${target.url}/slack`,
      BALLAST_ALARM_WEBHOOK_URL: `${target.url}/hook`,
      BALLAST_ALARM_WEBHOOK_SECRET: SECRET,
    };
    const { code, stdout, stderr } = await run(['circuit-open', 'ALARM'], env);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/alert sent/);
    expect(stdout).not.toMatch(/canary|_aws/);
    const hook = target.seen.find(({ path }) => path === '/hook');
    const [, at = '', mac] = /^t=(\d+),v1=(\w+)$/.exec(String(hook?.headers['ballast-signature'])) ?? [];
    expect(mac).toBe(createHmac('sha256', SECRET).update(`${at}.${hook?.body}`).digest('hex'));
    expect(JSON.parse(hook?.body ?? '')).toMatchObject({ alarm: 'ballast-local-circuit-open', state: 'ALARM' });
    expect(target.seen.some(({ path }) => path === '/slack')).toBe(true);

    // Over again, as often as one likes.
    expect((await run(['circuit-open', 'OK'], env)).code).toBe(0);
    expect(target.seen.filter(({ path }) => path === '/hook')).toHaveLength(2);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no arguments', [], {}, /npm run alarm -- circuit-open ALARM/],
    ['another state', ['errors', 'RED'], {}, /ALARM or OK/],
    ['nobody to tell', ['errors', 'ALARM'], {}, /^Nobody is to be told: set BALLAST_SLACK_WEBHOOK_URL/],
    ['a wrong address', ['errors', 'OK'], { BALLAST_SLACK_WEBHOOK_URL: 'http://canary.com' }, /must be https URLs/],
  ])('says what is missing in one sentence: %s', async (_what, args, env, sentence) => {
    const { code, stdout, stderr } = await run(args, env);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/canary|\n.*\n/);
  });

  it('ends with an error where nobody could be told, after the tries', async () => {
    target.script({ status: 404 });
    const { code, stdout, stderr } = await run(['errors', 'ALARM'], {
      BALLAST_SLACK_WEBHOOK_URL: `${target.url}/gone`,
    });
    expect(code).toBe(1);
    expect(stdout).toMatch(/alert failed/);
    expect(stderr).toMatch(/^Not sent/);
  });
});

describe('npm run alarm beside npm start', () => {
  const on = async (server: TestServer) => {
    const answer = await server.ask('/admin/alarms', { headers: { 'x-api-key': 'ballast-dev-admin-key' } });
    return ((await answer.json()) as { on: Record<string, unknown>[] }).on.map(({ alarm, state }) => [alarm, state]);
  };

  it('is seen in the console, without a target too, as often as one likes', async () => {
    await using server = await startServer();
    const env = { BALLAST_DATA_DIR: join(server.directory, '.ballast') };
    expect(await on(server)).toEqual([]);
    for (let round = 0; round < 5; round += 1) {
      const { code, stdout, stderr } = await run(['circuit-open', 'ALARM'], env);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/^The console has it under Alarms\. Nobody is to be told: set [A-Z_]+, or .*\.\n$/);
      expect(await on(server)).toEqual([['ballast-local-circuit-open', 'on']]);
      expect((await run(['circuit-open', 'OK'], env)).code).toBe(0);
      expect(await on(server)).toEqual([]);
    }
    target.script({ status: 200 });
    const told = { ...env, BALLAST_SLACK_WEBHOOK_URL: `${target.url}/told` };
    const { stdout } = await run(['errors', 'ALARM'], told);
    expect(stdout).toMatch(/alert sent[^]*\nThe console has it under Alarms\.\n$/);
    expect(await on(server)).toEqual([['ballast-local-errors', 'on']]);
  });

  it('does without a server that was killed before it took its address away', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'ballast-alarm-'));
    writeAddress(directory, { dynamoDb: 'http://127.0.0.1:1' });
    const { code, stderr } = await run(['errors', 'ALARM'], { BALLAST_DATA_DIR: directory });
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Nobody is to be told/) as string]);
    rmSync(directory, { recursive: true });
  });
});

describe('its parts', () => {
  it('make the event that CloudWatch and SNS would', () => {
    const [transition] = readTransitions(alarmEvent('errors', 'ALARM', Date.UTC(2026, 10, 20)));
    const whole = readTransitions(alarmEvent('ballast-prod-errors', 'OK', Date.UTC(2026, 10, 20)));
    expect(transition).toMatchObject({ alarm: 'ballast-local-errors', state: 'ALARM', previous: 'OK' });
    expect(whole).toMatchObject([{ alarm: 'ballast-prod-errors', previous: 'ALARM' }]);
  });

  it('make the secret of a deployment out of variables, and none out of empty ones', () => {
    expect(alertsSecretOf({ BALLAST_SLACK_WEBHOOK_URL: '' })).toBeNull();
    const url = 'https://hooks.slack.com/x';
    expect(JSON.parse(alertsSecretOf({ BALLAST_SLACK_WEBHOOK_URL: url }) ?? '')).toEqual({ slackWebhookUrl: url });
    expect(() => alertsSecretOf({ BALLAST_ALARM_WEBHOOK_SECRET: SECRET })).toThrow(/goes together/);
  });
});
