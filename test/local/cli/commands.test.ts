import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { commandNamed, commandNames } from '../../../local/cli/commands.ts';
import { ballast } from './served.ts';

const RUN = 'run_01m8phptc2ag1mgbqm99fazv2z';
const ADMIN = { url: 'https://x.example/dev', key: 'k' };
const REMOTE = ['--url', ADMIN.url, '--key', ADMIN.key];

describe('npx ballast', () => {
  it.each([[[]], [['--help']], [['help']]])('lists every command: %j', async (words) => {
    const { code, out } = await ballast(words);
    expect(code).toBe(0);
    for (const name of commandNames()) expect(out).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
  });

  it('has a verb for each thing, of which some are scripts of npm too', () => {
    const verbs = ['start', 'dev', 'ask', 'new', 'runs', 'tail', 'tenants', 'keys', 'usage', 'circuits', 'alarms'];
    expect(commandNames()).toEqual(expect.arrayContaining([...verbs, 'doctor', 'deploy']));
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      readonly scripts: Record<string, string>;
    };
    const aliases = [
      'start',
      'dev',
      'ask',
      'new',
      'usage',
      'doctor',
      'deploy',
      'smoke',
      'package',
      'rollback',
      'secret',
    ];
    for (const name of aliases) expect(scripts[name], name).toBeDefined();
    for (const name of ['dev', 'ask', 'new', 'usage', 'doctor', 'smoke'])
      expect(scripts[name]).toBe(`node local/ballast.mjs ${name}`);
  });

  it.each(commandNames().map((name) => [name]))('%s --help has how it is called, and asks nobody', async (name) => {
    for (const words of [
      [name, '--help'],
      ['help', name],
    ]) {
      const { code, out, err, asked } = await ballast(words);
      expect({ code, err, asked }).toEqual({ code: 0, err: '', asked: [] });
      expect(out).toContain(`npx ballast ${name}`);
    }
  });

  it.each<[string[], string]>([
    [['rnus'], 'There is no command rnus. Did you mean runs?\n'],
    [['nothing-like-it'], 'There is no command nothing-like-it. npx ballast --help lists them.\n'],
    [['runs', 'shwo'], 'It does not know shwo. Did you mean show?\n'],
    [['runs', 'show'], 'It needs the run.\n'],
    [['runs', 'show', 'a', 'b'], 'It takes no b.\n'],
    [['runs', '--lmit', '3'], "Unknown option '--lmit'. Did you mean --limit?\n"],
    [['runs', 'show', RUN, '--reason', 'x'], 'show takes no --reason.\n'],
    [['runs', 'edit', RUN, '--input', '{'], '--input is not JSON.\n'],
    [['runs', 'list', '--limit', '0'], '--limit is a whole number from 1.\n'],
    [['tenants', 'set', 'acme'], 'It needs a setting, as in dailyBudgetUsd=5.\n'],
    [['tenants', 'set', 'acme', 'dailyBudgetUsd'], 'A setting is written as name=value, and dailyBudgetUsd is not.\n'],
    [['keys', 'make', 'acme'], '--name is missing: what people call the key.\n'],
    [['usage', '--csv', '--json'], '--csv and --json exclude each other.\n'],
    [['alarms', 'send', 'circiut-open'], 'There is no alarm circiut-open. Did you mean circuit-open?\n'],
    [['frames', 'x'], 'The lines are read from the standard input.\n'],
    ...['deploy', 'rollback', 'package', 'doctor', 'reconcile', 'secret', 'find'].flatMap(
      (name): [string[], string][] => [
        [[name, '--stage'], '--stage needs a value.\n'],
        [[name, '--stage', '--region', 'eu-central-1'], '--stage needs a value.\n'],
      ],
    ),
    [['deploy', '--stage='], '--stage needs a value.\n'],
    [['deploy', '-s'], '--stage needs a value.\n'],
    [['doctor', '--stage', 'dev', '--region'], '--region needs a value.\n'],
    [['deploy', '--stage', 'a b'], '--stage is 1 to 64 letters, digits and -.\n'],
    [['true-up', '--report', '--stage', 'dev'], '--report needs a value.\n'],
    [['secret', 'put', 'jwt', '--stage', 'dev', '--kid'], '--kid needs a value.\n'],
    [['runs', '--limit'], '--limit needs a value.\n'],
    [['runs', '--status', '--json'], '--status needs a value.\n'],
    [['find', 'x', '--stage', 'a b'], '--stage is 1 to 64 letters, digits and -.\n'],
  ])('ends with 2 where it was called wrongly, and says what was meant: %j', async (words, sentence) => {
    const { code, err, asked } = await ballast(words);
    expect({ code, asked }).toEqual({ code: 2, asked: [] });
    expect(err.startsWith(sentence)).toBe(true);
  });

  it('ends with 1 where it is refused, in the words of the problem', async () => {
    const problem = { detail: 'There is no run of this id.', code: 'not-found', requestId: 'req_1' };
    const { code, out, err } = await ballast(['runs', 'show', RUN], [Response.json(problem, { status: 404 })]);
    expect({ code, out, err }).toEqual({ code: 1, out: '', err: 'There is no run of this id. (not-found, req_1)\n' });
  });

  it('gives the development keys to this machine alone', async () => {
    const keyOf = async (words: readonly string[], env: Readonly<Record<string, string>> = {}) => {
      const { asked, err } = await ballast(words, [Response.json({ circuits: [], runs: [], nextCursor: null })], {
        env,
      });
      return asked[0]?.headers['x-api-key'] ?? err;
    };
    expect(await keyOf(['runs'])).toBe('ballast-dev-key');
    expect(await keyOf(['circuits'])).toBe('ballast-dev-admin-key');
    expect(await keyOf(['runs'], { BALLAST_URL: ADMIN.url })).toBe(
      `${ADMIN.url} needs a key: give it by BALLAST_API_KEY or --key.\n`,
    );
    expect(await keyOf(['circuits'], { BALLAST_URL: ADMIN.url, BALLAST_API_KEY: 'a', BALLAST_ADMIN_KEY: 'b' })).toBe(
      'b',
    );
    expect(await keyOf(['runs'], { BALLAST_URL: ADMIN.url, BALLAST_API_KEY: 'a', BALLAST_ADMIN_KEY: 'b' })).toBe('a');
    expect(await keyOf(['circuits', ...REMOTE])).toBe('k');
  });

  it('says on which stage it acts before it does, and has no default that is prod', async () => {
    for (const name of ['deploy', 'doctor'])
      expect([name, commandNamed(name)?.onAws]).toEqual([name, { stage: 'dev', region: 'us-east-1' }]);
    expect(commandNamed('versions')?.onAws).toEqual({ stage: null });
    // In the words of the program itself: test/scripts/say-stage.test.ts.
    for (const name of ['bootstrap', 'secret', 'reconcile', 'true-up', 'forget-tenant'])
      expect([name, commandNamed(name)?.onAws]).toEqual([name, { stage: null, isSaidByItself: true }]);
  });
});
