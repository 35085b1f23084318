import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isWanted, queryOf, wantedBy } from '../../../local/cli/logs/wanted.ts';
import { LOG_FILE } from '../../../local/data-files.ts';
import { createFakeClock } from '../../fake-clock.ts';
import { ballast } from './served.ts';

const clock = createFakeClock();
const at = (minutesAgo: number) => new Date(clock.now() - minutesAgo * 60_000).toISOString();
const line = (fields: object, minutesAgo = 1) => ({ level: 'INFO', timestamp: at(minutesAgo), ...fields });

const LINES = [
  line({ message: 'request refused', code: 'rate-limited', tenantId: 'old' }, 90),
  line({ message: 'request refused', code: 'rate-limited', tenantId: 'acme', requestId: 'req_1' }, 3),
  line({ message: 'request refused', code: 'forbidden', tenantId: 'acme', requestId: 'req_2' }, 2),
  line({ message: 'request refused', code: 'rate-limited', tenantId: 'beta', requestId: 'req_3' }),
  line({ message: 'run finished', costUsd: '0.9', runId: 'run_1' }),
  line({ message: 'run finished', costUsd: '10.1', runId: 'run_2' }),
  line({ message: 'run finished', runId: 'run_3' }),
  line({ level: 'ERROR', message: 'request failed', code: 'internal', requestId: 'req_4' }),
];

const directory = mkdtempSync(join(tmpdir(), 'ballast-logs-'));
mkdirSync(join(directory, '.ballast'));
writeFileSync(join(directory, '.ballast', LOG_FILE), LINES.map((each) => `${JSON.stringify(each)}\n`).join(''));
afterAll(() => rmSync(directory, { recursive: true }));

const logs = (...words: string[]) => ballast(['logs', ...words], [], { directory, clock });
const found = async (...words: string[]) =>
  (JSON.parse((await logs(...words, '--json')).out) as { requestId?: string; runId?: string }[]).map(
    ({ requestId, runId }) => requestId ?? runId,
  );

describe('logs, of this machine', () => {
  it('shows what is said so in the last hour, the newest last, and leads to the request', async () => {
    const { out } = await logs('request refused');
    expect(out.trim().split('\n')).toHaveLength(3);
    expect(out).toMatch(/requestId=req_1\n.*requestId=req_2\n.*requestId=req_3/);
    expect(await found('request refused', '--minutes', '120', '--limit', '2')).toEqual(['req_2', 'req_3']);
  });

  it('takes fields, several messages, and a level', async () => {
    expect(await found('request refused', 'code=rate-limited', 'tenantId=acme')).toEqual(['req_1']);
    expect(await found('request refused', 'request failed', 'code=internal')).toEqual(['req_4']);
    expect(await found('--level', 'WARN')).toEqual(['req_4']);
  });

  it('counts by a field, the most first', async () => {
    expect((await logs('request refused', '--by', 'tenantId')).out).toMatch(
      /^ *tenantId +lines\n *acme +2\n *beta +1\n$/,
    );
    expect((await logs('request refused', '--by', 'keyId')).out).toMatch(/\n *- +3\n$/);
  });

  it('shows those with the most of a field, as a number', async () => {
    expect(await found('run finished', '--most', 'costUsd', '--limit', '2')).toEqual(['run_2', 'run_1']);
  });

  it('says that there may be more where --limit has cut what there is, and not where it is all', async () => {
    const more = 'There may be more: --limit shows so many.\n';
    const said = async (...words: string[]) => (await logs(...words)).err;
    expect(await said('request refused', '--limit', '2')).toBe(more);
    expect(await said('request refused', '--limit', '3')).toBe('');
    expect(await said('run finished', '--most', 'costUsd', '--limit', '2')).toBe(more);
    expect(await said('request refused', '--by', 'tenantId', '--limit', '1')).toBe(more);
    expect(await said('request refused', '--by', 'tenantId', '--limit', '2')).toBe('');
  });

  it('says so where there is none', async () => {
    const { code, out, err } = await logs('nothing');
    expect({ code, out, err }).toEqual({
      code: 0,
      out: '',
      err: 'No such line was written in the last 60 minutes.\n',
    });
  });

  it.each([
    [['request refused', 'code='], 'code needs a value'],
    [['request refused', 'code=a"b'], 'code needs a value'],
    [['a" or 1=1'], 'A field is a name'],
    [['a"b'], 'A message is words'],
    [['request', '--by', 'a b'], 'A field is a name'],
    [['--level', 'LOUD'], '--level is one of'],
    [['--minutes', 'x'], '--minutes is a whole number'],
    [['--by', 'a', '--most', 'b'], '--by and --most exclude each other'],
    [['x', '--stage', 'prod', 'function=nothing'], 'There is no function nothing'],
    [['x', '--stage', 'a b'], '--stage is 1 to 64'],
  ])('refuses %j', async (words, sentence) => {
    const { code, err } = await logs(...words);
    expect(code).toBe(2);
    expect(err).toContain(sentence);
  });
});

describe('logs, of a stage on AWS', () => {
  const asking = (rows: readonly Readonly<Record<string, string>>[]) => {
    const asked: (readonly string[])[] = [];
    const command = async (_file: string, words: readonly string[]) => {
      asked.push(words);
      const results = rows.map((row) => Object.entries(row).map(([field, value]) => ({ field, value })));
      const stdout = JSON.stringify(asked.length === 1 ? { queryId: 'q' } : { status: 'Complete', results });
      return { code: 0, stdout, stderr: '' };
    };
    return { asked, given: { clock, command } };
  };
  const row = (log: string, message: string) => ({
    '@log': `1:${log}`,
    '@timestamp': '2026-11-20 11:59:00.000',
    '@message': message,
  });

  it('asks the log of the function that is named, and keeps what is said so', async () => {
    const log = '/aws/lambda/ballast-prod-messages';
    const { asked, given } = asking([
      row(log, '{"level":"ERROR","message":"request failed","function":"messages","code":"internal"}'),
      row(log, '{"level":"ERROR","message":"store failed","function":"messages","error":"request failed"}'),
      row(log, '2026-11-20T11:59:00.000Z b3c1 Task timed out after 10.00 seconds'),
    ]);
    const words = ['request failed', 'Task timed out', 'function=messages', '--stage', 'prod', '--by', 'message'];
    const { out, err } = await ballast(['logs', ...words], [], given);
    expect(out).toMatch(
      /^ *message +lines\n *(?:request failed|Task timed out) +1\n *(?:request failed|Task timed out) +1\n$/,
    );
    expect(err).toContain('Asks CloudWatch of the stage prod in the region of your profile:\n  fields @timestamp');
    expect(asked[0]).toContain(log);
    expect(asked[0]?.filter((word) => word.startsWith('/aws/'))).toEqual([log]);
  });

  it('counts what Lambda ended, as its records have it, by function', async () => {
    const log = '/aws/lambda/ballast-prod-messages';
    const record = (type: string, facts: object) =>
      row(log, JSON.stringify({ time: '2026-11-20T11:59:00.000Z', type, record: { requestId: 'b3c1', ...facts } }));
    const { asked, given } = asking([
      record('platform.start', { version: '7' }),
      record('platform.runtimeDone', { status: 'timeout', metrics: { durationMs: 10_000 } }),
      record('platform.report', { status: 'timeout', metrics: { durationMs: 10_000 } }),
      record('platform.runtimeDone', { status: 'failure', errorType: 'Runtime.ExitError' }),
      record('platform.runtimeDone', { status: 'success' }),
    ]);
    const words = ['Task timed out', 'Runtime exited', '--stage', 'prod', '--by', 'function'];
    const { out } = await ballast(['logs', ...words], [], given);
    expect(out).toMatch(/^function +lines\nmessages +2\n$/);
    const query = asked[0]?.join(' ');
    expect(query).toContain('or (type = "platform.runtimeDone" and record.status = "timeout")');
    expect(query).toContain('or (type = "platform.runtimeDone" and record.errorType like "Runtime.")');
  });

  it('says that there may be more where CloudWatch gave as many as were asked for', async () => {
    const lines = (count: number) =>
      asking(
        Array.from({ length: count }, (_, at) =>
          row('/aws/lambda/ballast-prod-messages', `{"level":"INFO","message":"m${at}"}`),
        ),
      ).given;
    const said = async (count: number, ...words: string[]) =>
      (await ballast(['logs', '--stage', 'prod', ...words], [], lines(count))).err.split('\n').slice(2);
    expect(await said(3, '--limit', '3')).toEqual(['There may be more: --limit shows so many.', '']);
    expect(await said(2, '--limit', '3')).toEqual(['']);
    expect(await said(10_000, '--by', 'level')).toEqual([
      'CloudWatch gives 10000 lines at most: there may be more.',
      '',
    ]);
  });

  it('asks what API Gateway answered of its access log', async () => {
    const log = '/aws/apigateway/ballast-prod';
    const { asked, given } = asking([row(log, '{"status":"504","ip":"10.0.0.1"}'), row(log, '{"status":"200"}')]);
    const { out } = await ballast(['logs', 'access', 'status=504', '--by', 'ip', '--stage', 'prod'], [], given);
    expect(out).toMatch(/^ *ip +lines\n *10\.0\.0\.1 +1\n$/);
    expect(asked[0]?.filter((word) => word.startsWith('/aws/'))).toEqual([log]);
  });

  it('has Insights leave out what is of no use', () => {
    expect(queryOf(wantedBy(['request failed', 'code=internal'], 'ERROR'), 20)).toBe(
      'fields @timestamp, @log, @message | filter (level = "ERROR" or not ispresent(level)) and ' +
        '(message = "request failed" or @message like "request failed") and code = "internal" ' +
        '| sort @timestamp desc | limit 20',
    );
    expect(queryOf(wantedBy(['access', 'status=401']), 5)).toContain('| filter status = "401" | sort');
    expect(isWanted(wantedBy(['a']), { level: 'INFO', message: 'a' })).toBe(true);
    expect(isWanted(wantedBy(['a']), { level: 'INFO', message: 'ab' })).toBe(false);
  });
});

describe('--stage of what asks the API', () => {
  const command = async (_file: string, words: readonly string[]) => ({
    code: words.includes('ballast-prod') ? 0 : 254,
    stdout: words.includes('ballast-prod') ? 'https://x.example/prod\n' : '',
    stderr: 'Stack does not exist\n',
  });
  const asking = (...words: string[]) =>
    ballast(words, [Response.json({ circuits: [] })], { command, env: { BALLAST_ADMIN_KEY: 'k' } });

  it('is asked where the stack says that it is, with the key of the environment', async () => {
    const { code, asked, err } = await asking('circuits', '--stage', 'prod', '--region', 'eu-central-1');
    expect(code).toBe(0);
    expect(asked).toMatchObject([{ url: 'https://x.example/prod/admin/circuits', headers: { 'x-api-key': 'k' } }]);
    expect(err).toBe('The stage prod: https://x.example/prod\n');
  });

  it.each([
    [['circuits', '--stage', 'staging'], 1, 'AWS does not tell where ballast-staging is: Stack does not exist'],
    [['circuits', '--stage', 'prod', '--url', 'http://localhost:3000'], 2, '--stage and --url exclude each other.'],
    [['circuits', '--stage', 'a b'], 2, '--stage is 1 to 64 letters, digits and -.'],
  ])('%j is refused', async (words, exit, sentence) => {
    const { code, err, asked } = await asking(...words);
    expect({ code, asked }).toEqual({ code: exit, asked: [] });
    expect(err).toContain(sentence);
  });
});
