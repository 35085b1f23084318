import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ConfigSchema, loadConfig } from '../../lib/config.ts';
import { type Environment } from '../../lib/kernel/environment.ts';
import { functionEnvironment } from '../../local/environment.ts';
import { readSettings } from '../../local/settings.ts';
import { code, codes, read, tableOf } from './markdown.ts';

const page = read('docs/configuration.md');
const shared = tableOf(page, 'variable', 'default', 'bounds', 'parameter', 'meaning');
const local = tableOf(page, 'variable', 'default', 'meaning');

const inTable = shared.map((row) => ({ ...row, name: code(row.variable), fallback: code(row.default) }));
const inLocalTable = local.flatMap((row) =>
  codes(row.variable).map((name) => ({ name, fallback: codes(row.default) })),
);

/** These go together, so that one alone would be refused whatever its length. */
const TOGETHER: Readonly<Record<string, string>> = { JWT_ISSUER: 'x', JWT_AUDIENCE: 'x' };

/** Each secret of a tool has a variable of its own, so that there is no list of them: one stands for all. */
const EXAMPLE = 'TOOL_SECRET_SHOP_API';

const sorted = (names: Iterable<string>) => [...new Set(names)].sort();

/** The names that are looked up while `act` reads its environment. */
const namesRead = (act: (env: Environment) => unknown): string[] => {
  const names = new Set<string>();
  act(new Proxy<Record<string, string>>({}, { get: (_, name) => void names.add(String(name)) }));
  return [...names];
};

const surroundings = (env: Environment) => ({
  settings: readSettings(env, '/project'),
  version: '1.2.3',
  terminal: false,
  dynamoDbUrl: 'http://127.0.0.1:1',
  secretsUrl: 'http://127.0.0.1:2',
  lambdaUrl: null,
  simulatedClaudeUrl: null,
});
const launched = (env: Environment) =>
  functionEnvironment(env, { ...surroundings({}), settings: { ...surroundings({}).settings, dynamoDbEndpoint: 'x' } });

describe('the table of variables that the functions read', () => {
  it('has all of them, and no other', () => {
    expect(sorted(inTable.map(({ name }) => name))).toEqual(sorted(Object.keys(ConfigSchema.shape)));
  });

  it.each(inTable)('tells the default of $name', ({ name, fallback }) => {
    const value = (loadConfig({}) as Record<string, string | number | undefined>)[name];
    expect(fallback).toBe(value === undefined ? '' : String(value));
  });

  const numbers = inTable.filter(({ bounds }) => / to `/.test(bounds));
  it.each(numbers)('tells the bounds of $name', ({ name, bounds }) => {
    const [least = 0, most = 0] = codes(bounds).map(Number);
    for (const value of [least, most]) expect(() => loadConfig({ [name]: String(value) })).not.toThrow();
    for (const value of [least - 1, most + 1]) expect(() => loadConfig({ [name]: String(value) })).toThrow(name);
  });

  const words = inTable.filter(({ bounds }) => bounds.endsWith('characters'));
  it.each(words)('tells the length of $name', ({ name, bounds }) => {
    const most = Number(/to (\d+)/.exec(bounds)?.[1]);
    expect(() => loadConfig({ ...TOGETHER, [name]: 'x'.repeat(most) })).not.toThrow();
    expect(() => loadConfig({ ...TOGETHER, [name]: 'x'.repeat(most + 1) })).toThrow(name);
  });

  const choices = inTable.filter(({ bounds }) => /^(`\w+` ?)+$/.test(bounds));
  it.each(choices)('tells the values of $name', ({ name, bounds }) => {
    expect(() => loadConfig({ [name]: 'other' })).toThrow(`${name} (one of ${codes(bounds).join(' ')})`);
  });

  const urls = inTable.filter(({ bounds }) => /URL/.test(bounds));
  it.each(urls)('tells that $name is a URL', ({ name }) => {
    expect(() => loadConfig({ [name]: 'ftp://example.com' })).toThrow(name);
  });

  it('leaves no bounds untested but those of origins, money, months, models and scopes, which have tests of their own', () => {
    const tested = [...numbers, ...words, ...choices, ...urls].map(({ name }) => name);
    expect(inTable.map(({ name }) => name).filter((name) => !tested.includes(name))).toEqual([
      'CORS_ORIGINS',
      'WEBHOOK_HOSTS',
      'STAGE_DAILY_BUDGET_USD',
      'TENANT_DAILY_BUDGET_USD',
      'TENANT_MONTHLY_BUDGET_USD',
      'MODEL_PRICES',
      'MODEL_PRICES_AS_OF',
      'AGENT_MODELS',
      'JWT_SCOPES',
    ]);
  });

  it('tells the parameter of the stage that sets each', () => {
    const { provider } = parse(read('serverless.yml').text) as { provider: { environment: Record<string, unknown> } };
    const parameter = (name: string) => {
      const value = provider.environment[name];
      if (value === undefined) return 'none';
      return (typeof value === 'string' ? /^\$\{param:(\w+)\}$/.exec(value)?.[1] : undefined) ?? 'set';
    };
    const shown = inTable.map((row) => [row.name, code(row.parameter) || row.parameter.split(' ')[0]]);
    expect(shown).toEqual(inTable.map(({ name }) => [name, parameter(name)]));
  });
});

describe('the table of variables that npm start reads', () => {
  it('has all that are not in the other, and no other', () => {
    const names = [...namesRead((env) => readSettings(env, '/project')), ...namesRead(launched), EXAMPLE];
    expect(readSettings({ [EXAMPLE]: 'x' }, '/project').toolSecrets.has('shop-api')).toBe(true);
    const functions = new Set<string>(Object.keys(ConfigSchema.shape));
    expect(sorted(inLocalTable.map(({ name }) => name))).toEqual(sorted(names.filter((name) => !functions.has(name))));
  });

  it.each(inLocalTable)('tells the default of $name', ({ name, fallback: [value, other] }) => {
    const without = readSettings({}, '/project');
    if (other !== undefined) expect([value, other]).toEqual(without.hosts);
    else if (name.endsWith('REGION')) expect(functionEnvironment({}, surroundings({}))['AWS_REGION']).toBe(value);
    else expect(readSettings(value === undefined ? {} : { [name]: value }, '/project')).toEqual(without);
    // What has no default must not be there by itself either.
    if (value === undefined) expect(Object.values(without)).toContain(null);
  });
});

describe('.env.example', () => {
  const { text } = read('.env.example');
  const offered = parseEnv(text.replace(/^# (?=[A-Z_]+=)/gm, ''));

  it('changes nothing where it is taken as it is', () => {
    expect(parseEnv(text)).toEqual({});
  });

  it('offers every variable that can be set for npm start', () => {
    const settable = inTable.filter(({ parameter }) => parameter !== 'set').map(({ name }) => name);
    const ofTheSdk = ['AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'];
    const names = [...settable, ...inLocalTable.map(({ name }) => name).filter((name) => !ofTheSdk.includes(name))];
    expect(sorted(Object.keys(offered))).toEqual(sorted(names));
  });

  it('has the defaults as values', () => {
    expect(readSettings({ ...offered, ANTHROPIC_BASE_URL: '' }, '/project')).toEqual(readSettings({}, '/project'));
    expect(loadConfig(offered)).toEqual(loadConfig({}));
    const defaults = new Map([
      ...inTable.map(({ name, fallback }) => [name, fallback] as const),
      ...inLocalTable.map(({ name, fallback }) => [name, fallback.length === 1 ? fallback[0] : ''] as const),
      ['LOG_FORMAT', ''],
    ]);
    expect(offered).toEqual(Object.fromEntries(Object.keys(offered).map((name) => [name, defaults.get(name) ?? ''])));
  });
});
