import { describe, expect, it } from 'vitest';
import { load } from '../../../../local/cli/load/load.ts';
import type { Commanded, Shell } from '../../../../local/cli/verb.ts';
import { createShell } from '../shell.ts';

const ANSWER = {
  runId: 'run_01',
  status: 'succeeded',
  output: 'Done.',
  agent: 'assistant',
  model: 'claude-haiku-5-5',
  usage: { modelCalls: 1, toolCalls: 0, costUsd: '0.01' },
};
const SAYS = 'Too many requests. (rate-limited, req_01)';
const LIMITED = { detail: 'Too many requests.', code: 'rate-limited', requestId: 'req_01' };

/** Sends calls to a server that answers so, the first answer to the first call. */
const loaded = async (words: readonly string[], answers: readonly (() => Response)[], given: Partial<Shell> = {}) => {
  const bodies: unknown[] = [];
  const urls: string[] = [];
  let [now, underWay, most] = [0, 0, 0];
  const fetch = (async (url: string, { body }: { body: string }) => {
    urls.push(url);
    bodies.push(JSON.parse(body));
    most = Math.max(most, (underWay += 1));
    const answer = answers[Math.min(bodies.length, answers.length) - 1];
    await new Promise(setImmediate);
    now += 100;
    underWay -= 1;
    return answer?.();
  }) as unknown as typeof globalThis.fetch;
  const clock = { now: () => now, monotonicMs: () => now, after: () => () => undefined };
  const { shell, said } = createShell({ fetch, clock, ...given });
  const code = await load.run(words, shell);
  return { code, bodies, urls, most, ...said };
};
const ok = () => Response.json(ANSWER);

describe('npx ballast load', () => {
  it('makes so many calls, so many at once, each without the cache, and says what they took and cost', async () => {
    const { code, bodies, most, out } = await loaded(
      ['--calls', '20', '--at-once', '4', '--agent', 'clerk', 'Do it.'],
      [ok],
    );
    expect([code, bodies.length, most]).toEqual([0, 20, 4]);
    expect(new Set(bodies.map((body) => JSON.stringify(body)))).toEqual(
      new Set([JSON.stringify({ task: 'Do it.', agent: 'clerk', cache: 'bypass' })]),
    );
    expect(out).toMatch(/^outcome\s+calls\s+p50 ms\s+p90 ms\s+p99 ms\s+max ms\nsucceeded\s+20 /);
    expect(out).toContain('20 in 2 s, 10 a second, up to 4 at once');
    expect(out).toContain('$0.2, $0.01 a call');
    expect(out).toContain('claude-haiku-5-5 20');
    expect(out).toContain('all calls were made');
  });

  it('tells refusals by their code, and ends with 1', async () => {
    const limited = () => Response.json(LIMITED, { status: 429 });
    const { code, out } = await loaded(['--calls', '3', '--at-once', '1', '--json'], [ok, limited]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toEqual({
      calls: 3,
      seconds: 0.3,
      perSecond: 10,
      outcomes: [
        { outcome: '429 rate-limited', calls: 2, detail: SAYS, p50: 100, p90: 100, p99: 100, max: 100 },
        { outcome: 'succeeded', calls: 1, detail: null, p50: 100, p90: 100, p99: 100, max: 100 },
      ],
      models: { 'claude-haiku-5-5': 1 },
      costUsd: '0.01',
      costUsdACall: '0.01',
      ended: 'calls',
    });
  });

  it.each([
    ['when so much is spent', ['--max-usd', '0.05', '--at-once', '1'], 5, 'cost'],
    ['when so much is spent, with many at once', ['--max-usd', '0.05', '--at-once', '20'], 5, 'cost'],
    ['when the time is over', ['--seconds', '1', '--at-once', '1'], 10, 'time'],
  ])('begins no call %s', async (_, words, count, ended) => {
    const { bodies, out } = await loaded([...words, '--json'], [ok]);
    expect(bodies).toHaveLength(count);
    expect(JSON.parse(out)).toMatchObject({ calls: count, ended });
  });

  it('goes on where a connection breaks, and counts what nobody told the cost of as the dearest call', async () => {
    const broken = () => {
      throw new TypeError('fetch failed', { cause: { code: 'ECONNRESET' } });
    };
    const words = ['--max-usd', '0.05', '--at-once', '1', '--json'];
    const { code, bodies, out } = await loaded(words, [ok, broken, () => new Response('{"runId', { status: 200 }), ok]);
    expect(code).toBe(1);
    expect(bodies).toHaveLength(5);
    expect(JSON.parse(out)).toMatchObject({
      ended: 'cost',
      costUsd: '0.03',
      outcomes: [
        { outcome: 'succeeded', calls: 3 },
        { outcome: 'no connection', calls: 1 },
        { outcome: '200 no answer of Ballast', calls: 1 },
      ],
    });
    await expect(loaded(['--calls', '1'], [broken])).rejects.toThrow('Nothing answers');
  });

  it('says once to a person why calls were refused', async () => {
    const limited = () => Response.json(LIMITED, { status: 429 });
    const { err, out } = await loaded(['--calls', '3'], [limited]);
    expect(err).toBe(`429 rate-limited, the first: ${SAYS}\n\n`);
    expect(out).not.toContain(SAYS);
  });

  it('says so where something else answers', async () => {
    const { code, out } = await loaded(['--calls', '1', '--json'], [() => new Response('<html>', { status: 502 })]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ outcomes: [{ outcome: '502 no answer of Ballast' }] });
  });

  it('shows a person how far it is, beside the figures', async () => {
    const { out, err } = await loaded(['--calls', '4'], [ok], { showsProgress: true });
    expect(err).toContain('[############------------]  50 %  2 of 4 calls');
    expect(out).not.toContain('####');
  });

  it.each([
    [['--calls', '0'], '--calls is a whole number from 1 to 100000.'],
    [['--at-once', '501'], '--at-once is a whole number from 1 to 500.'],
    [['--seconds', '901'], '--seconds is a whole number from 1 to 900.'],
    [['--max-usd', 'all'], '--max-usd is an amount of US dollars, as in 0.50.'],
    [['--stage', 'dev', '--url', 'http://localhost:1'], '--stage and --url exclude each other.'],
    [['--call', '5'], 'Did you mean --calls?'],
  ])('takes no %j', async (words, says) => {
    await expect(loaded(words, [ok])).rejects.toThrow(says);
  });
});

describe('another machine', () => {
  const key = ['--key', 'bk_x'];
  const address = 'https://abc.execute-api.eu-central-1.amazonaws.com/dev';

  it('is sent nothing unless that is meant', async () => {
    const words = ['--url', address, ...key, '--calls', '7', '--max-usd', '2'];
    await expect(loaded(words, [ok])).rejects.toThrow(
      `This sends up to 7 calls to ${address}, and spends up to $2 there: say --yes if you mean it.`,
    );
    const { urls } = await loaded([...words, '--yes', '--at-once', '1'], [ok]);
    expect(new Set(urls)).toEqual(new Set([`${address}/agent/run`]));
    expect(urls).toHaveLength(7);
  });

  const aws = (answer: Commanded): Partial<Shell> => ({ command: async () => answer });

  it('is found by the name of its stage, which has to be meant as well', async () => {
    const found = aws({ code: 0, stdout: `${address}\n`, stderr: '' });
    await expect(loaded(['--stage', 'dev', ...key], [ok], found)).rejects.toThrow(address);
    const { urls } = await loaded(['--stage', 'dev', ...key, '--yes', '--calls', '1'], [ok], found);
    expect(urls).toEqual([`${address}/agent/run`]);
  });

  it.each<[string, Commanded, string]>([
    ['there is no AWS command line', { code: null, stdout: '', stderr: '' }, '--stage needs the AWS command line'],
    ['AWS refuses', { code: 254, stdout: '', stderr: 'Stack with id ballast-dev does not exist\n' }, 'does not exist'],
    ['the stack has no address', { code: 0, stdout: 'None\n', stderr: '' }, 'it has no address'],
  ])('is not guessed where %s', async (_, answer, says) => {
    await expect(loaded(['--stage', 'dev', ...key, '--yes'], [ok], aws(answer))).rejects.toThrow(says);
  });
});
