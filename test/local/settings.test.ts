import { describe, expect, it } from 'vitest';
import { jsonBanner, terminalBanner } from '../../local/banner.ts';
import { functionEnvironment, type Surroundings } from '../../local/environment.ts';
import { readSettings } from '../../local/settings.ts';
import { DEV_WEBHOOK_SECRET } from '../../local/webhook-secret.ts';

const read = (env: Record<string, string> = {}) => readSettings(env, '/project');

describe('the settings of npm start', () => {
  it('have the defaults of the contract, also where a variable is empty', () => {
    const defaults = {
      port: 3000,
      hosts: ['127.0.0.1', '::1'],
      allowedHosts: [],
      dataDirectory: '/project/.ballast',
      dynamoDbEndpoint: null,
      lambdaEndpoint: null,
      anthropicApiKey: null,
      anthropicBaseUrl: null,
      devApiKey: 'ballast-dev-key',
      devAdminKey: 'ballast-dev-admin-key',
      alertsSecret: null,
      jwtSecret: null,
      otlpHeaders: '',
      webhookSecret: DEV_WEBHOOK_SECRET,
      toolSecrets: new Map(),
    };
    expect(read()).toEqual(defaults);
    expect(read({ PORT: '', HOST: '', BALLAST_DATA_DIR: '', ANTHROPIC_API_KEY: '' })).toEqual(defaults);
  });

  it('take what is given', () => {
    expect(
      read({ PORT: '0', HOST: '0.0.0.0', BALLAST_DATA_DIR: '/elsewhere', BALLAST_DEV_API_KEY: 'mine' }),
    ).toMatchObject({ port: 0, hosts: ['0.0.0.0'], dataDirectory: '/elsewhere', devApiKey: 'mine' });
  });

  it.each([
    [{ PORT: '65536' }, /^PORT must be a whole number from 0 to 65535/],
    [{ PORT: '3000x' }, /^PORT /],
    [{ PORT: '-1' }, /^PORT /],
    [{ AWS_ENDPOINT_URL_DYNAMODB: 'localhost:8000' }, /^AWS_ENDPOINT_URL_DYNAMODB must be an http or https URL/],
    [{ AWS_ENDPOINT_URL_LAMBDA: 'localhost:3001' }, /^AWS_ENDPOINT_URL_LAMBDA must be an http or https URL/],
    [{ ANTHROPIC_BASE_URL: 'nowhere' }, /^ANTHROPIC_BASE_URL must be an http or https URL/],
    [{ BALLAST_DEV_API_KEY: 'two words' }, /^BALLAST_DEV_API_KEY must be 1 to 512 visible ASCII characters/],
    [{ BALLAST_DEV_API_KEY: 'same', BALLAST_DEV_ADMIN_KEY: 'same' }, /must differ/],
  ])('refuse %j in one sentence', (env, sentence) => {
    expect(() => read(env)).toThrow(
      expect.objectContaining({ name: 'StartRefused', message: expect.stringMatching(sentence) as string }),
    );
  });
});

const prepared = (env: Record<string, string>, given: Partial<Surroundings> = {}) =>
  functionEnvironment(env, {
    settings: read(env),
    version: '1.2.3',
    terminal: false,
    dynamoDbUrl: 'http://127.0.0.1:1',
    secretsUrl: 'http://127.0.0.1:2',
    lambdaUrl: null,
    simulatedClaudeUrl: 'http://127.0.0.1:3',
    ...given,
  });

describe('the environment of the functions', () => {
  it('points at what runs here, and holds no key', () => {
    expect(prepared({ ANTHROPIC_API_KEY: 'sk-ant-real', ANTHROPIC_AUTH_TOKEN: 'token' })).toStrictEqual({
      STAGE: 'local',
      BALLAST_VERSION: '1.2.3',
      CONTROL_TABLE: 'ballast-local-control',
      LEDGER_TABLE: 'ballast-local-ledger',
      RUNS_TABLE: 'ballast-local-runs',
      SIMULATED_CLAUDE: 'true',
      ANTHROPIC_SECRET_ID: 'ballast/local/anthropic',
      ALERTS_SECRET_ID: 'ballast/local/alerts',
      JWT_SECRET_ID: 'ballast/local/jwt',
      OTLP_SECRET_ID: 'ballast/local/otlp',
      WEBHOOK_SECRET_ID: 'ballast/local/webhooks',
      BALLAST_WEBHOOK_SECRET: undefined,
      TOOL_SECRETS_PREFIX: 'ballast/local/tools/',
      JWT_SECRET: undefined,
      OTEL_EXPORTER_OTLP_HEADERS: undefined,
      BALLAST_SLACK_WEBHOOK_URL: undefined,
      BALLAST_ALARM_WEBHOOK_URL: undefined,
      BALLAST_ALARM_WEBHOOK_SECRET: undefined,
      ANTHROPIC_API_KEY: undefined,
      ANTHROPIC_AUTH_TOKEN: undefined,
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:3',
      LOG_FILE: undefined,
      LOG_FORMAT: 'json',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:2',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: undefined,
      AWS_USE_FIPS_ENDPOINT: undefined,
      AWS_USE_DUALSTACK_ENDPOINT: undefined,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_SESSION_TOKEN: undefined,
      AWS_PROFILE: undefined,
    });
  });

  it('asks the real API where there is a key, at its own URL', () => {
    const env = { ANTHROPIC_API_KEY: 'sk', ANTHROPIC_BASE_URL: 'https://proxy.example' };
    expect(prepared(env, { simulatedClaudeUrl: null })['ANTHROPIC_BASE_URL']).toBe('https://proxy.example');
    expect(prepared({}, { simulatedClaudeUrl: null })['ANTHROPIC_BASE_URL']).toBeUndefined();
  });

  it('leaves credentials and region alone for a DynamoDB of the user, and makes them up where there are none', () => {
    const own = { AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8000' };
    const mine = prepared({ ...own, AWS_PROFILE: 'mine', AWS_DEFAULT_REGION: 'eu-west-1' });
    expect(mine).toMatchObject({ AWS_REGION: 'eu-west-1' });
    expect(mine).not.toHaveProperty('AWS_PROFILE');
    expect(prepared(own)).toMatchObject({ AWS_ACCESS_KEY_ID: 'local' });
  });

  it('names the durable executions of this process, unless the user has a Lambda, with credentials for it', () => {
    const own = { AWS_ENDPOINT_URL_LAMBDA: 'http://localhost:3001', AWS_PROFILE: 'mine' };
    expect(prepared({}, { lambdaUrl: 'http://127.0.0.1:4' })).toMatchObject({
      AWS_ENDPOINT_URL_LAMBDA: 'http://127.0.0.1:4',
      AWS_ACCESS_KEY_ID: 'local',
    });
    const mine = prepared(own, { lambdaUrl: null });
    expect(mine).not.toHaveProperty('AWS_ENDPOINT_URL_LAMBDA');
    expect(mine).not.toHaveProperty('AWS_PROFILE');
  });

  it('is readable on a terminal unless the user wants otherwise', () => {
    expect(prepared({}, { terminal: true })['LOG_FORMAT']).toBe('pretty');
    expect(prepared({ LOG_FORMAT: 'json' }, { terminal: true })['LOG_FORMAT']).toBe('json');
  });
});

describe('the banner', () => {
  const facts = (env: Record<string, string> = {}) => ({
    settings: read(env),
    port: 3000,
    version: '1',
    directory: '/project',
  });

  it('names what answers, where the data is, both keys and a line to try', () => {
    const text = terminalBanner(facts(), (text) => text);
    for (const part of [
      'Ballast ready on http://localhost:3000',
      'simulated',
      '.ballast',
      'ballast-dev-key',
      'ballast-dev-admin-key',
      'curl',
    ])
      expect(text).toContain(part);
  });

  it('is one line of JSON elsewhere', () => {
    const line = jsonBanner(facts());
    expect(line.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(line)).toMatchObject({
      message: 'Ballast ready on http://localhost:3000',
      devApiKey: 'ballast-dev-key',
    });
  });

  it('never shows the key of the real API, nor credentials in a URL', () => {
    const env = {
      ANTHROPIC_API_KEY: 'sk-ant-canary',
      ANTHROPIC_BASE_URL: 'https://user:canary@proxy.example/canary',
      AWS_ENDPOINT_URL_DYNAMODB: 'http://user:canary@localhost:8000',
    };
    expect(terminalBanner(facts(env), (text) => text)).toContain('real, at https://proxy.example');
    expect(terminalBanner(facts(env), (text) => text) + jsonBanner(facts(env))).not.toContain('canary');
  });

  it('says that a base URL without a key is not used', () => {
    expect(terminalBanner(facts({ ANTHROPIC_BASE_URL: 'https://proxy.example' }), (text) => text)).toContain(
      'ANTHROPIC_BASE_URL is ignored',
    );
  });
});
