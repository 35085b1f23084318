import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema, loadConfig } from '../../lib/config.ts';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { at, ofType, plant, resource, type Template } from './template.ts';

beforeAll(packaged);

const LEVELS = { dev: 'DEBUG', staging: 'INFO', prod: 'WARN' };
const CACHE_TTL_SECONDS = { dev: 60, staging: 300, prod: 3_600 };

/** What is below the level of Lambda would be lost, metrics among it. */
const loggingDefects = (id: string, config: unknown): string[] => [
  ...(at(config, 'LogFormat') === 'JSON' ? [] : [`${id} has lines of Lambda's that are text`]),
  ...(at(config, 'ApplicationLogLevel') === 'TRACE' ? [] : [`${id} loses lines of its own`]),
  ...(at(config, 'SystemLogLevel') === 'INFO' ? [] : [`${id} loses lines of Lambda's`]),
];

const functionDefects = (template: Template): string[] =>
  ofType(template, 'AWS::Lambda::Function').flatMap(([id, { Properties }]) => {
    const name = String(Properties['FunctionName']);
    const groups = ofType(template, 'AWS::Logs::LogGroup').map(([, group]) => group.Properties);
    const log = groups.find(({ LogGroupName }) => LogGroupName === `/aws/lambda/${name}`);
    return [
      ...(Properties['Runtime'] === 'nodejs24.x' ? [] : [`${id} runs on another Node`]),
      ...(at(Properties, 'Architectures', 0) === 'arm64' ? [] : [`${id} is not arm64`]),
      ...(Number(log?.['RetentionInDays']) > 0 ? [] : [`${id} keeps its log for ever`]),
      ...loggingDefects(id, Properties['LoggingConfig']),
    ];
  });

const variables = (template: Template): Record<string, string> => {
  const set = at(resource(template, 'RunDashagentLambdaFunction').Properties, 'Environment', 'Variables');
  return Object.fromEntries(
    Object.entries(set as object).map(([name, value]) => [name, String(at(value, 'Ref') ?? value)]),
  );
};

describe('the functions of the template', () => {
  it.each(STAGES)('run on Node 24 and arm64 and keep their logs for a time in %s', async (stage) => {
    expect(functionDefects(await packagedTemplate(stage))).toEqual([]);
  });

  it.each(STAGES)('are given each variable that they read, with a value that they take, in %s', async (stage) => {
    const set = variables(await packagedTemplate(stage));
    expect(Object.keys(set).toSorted()).toEqual(Object.keys(ConfigSchema.shape).toSorted());
    const own = { STAGE: stage, LOG_LEVEL: LEVELS[stage], CACHE_TTL_SECONDS: CACHE_TTL_SECONDS[stage] };
    expect(loadConfig(set)).toMatchObject({ ...own, LOG_FORMAT: 'json' });
  });

  it('take from a parameter the default that the code has', async () => {
    const set = variables(await packagedTemplate('prod'));
    const { STAGE: stage, BALLAST_VERSION: version, LOG_LEVEL: level, ...rest } = loadConfig({});
    const tables = ['CONTROL_TABLE', 'LEDGER_TABLE', 'RUNS_TABLE'];
    const secrets = [
      'ANTHROPIC_SECRET_ID',
      'ALERTS_SECRET_ID',
      'JWT_SECRET_ID',
      'WEBHOOK_SECRET_ID',
      'TOOL_SECRETS_PREFIX',
      'OTLP_SECRET_ID',
    ];
    const own = [...tables, ...secrets, 'NOTICE_TOPIC', 'UNMADE_ALARMS', 'CACHE_TTL_SECONDS', 'EXECUTE_RUN_FUNCTION'];
    expect(set['TOOL_SECRETS_PREFIX']).toBe('ballast/prod/tools/');
    expect(set['OTLP_SECRET_ID']).toBe('ballast/prod/otlp');
    expect(set['EXECUTE_RUN_FUNCTION']).toBe('ballast-prod-execute-run:durable');
    const settings = Object.fromEntries(Object.entries(rest).filter(([name]) => !own.includes(name)));
    expect([stage, version, level]).toEqual(['local', '0.0.0', 'INFO']);
    expect(loadConfig(set)).toMatchObject(settings);
  });

  it.each([
    ['ANTHROPIC_SECRET_ID', 'AnthropicSecret'],
    ['ALERTS_SECRET_ID', 'AlertsSecret'],
    ['JWT_SECRET_ID', 'JwtSecret'],
    ['WEBHOOK_SECRET_ID', 'WebhookSecret'],
  ])('get by %s the name of a secret that the template leaves empty', async (variable, id) => {
    const { Properties } = resource(await packagedTemplate('prod'), id);
    expect(Object.keys(Properties).toSorted()).toEqual(['Description', 'Name']);
    expect(variables(await packagedTemplate('prod'))[variable]).toBe(id);
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['an old Node', ['HealthLambdaFunction', 'Properties', 'Runtime'], 'nodejs20.x', 'another Node'],
    ['x86', ['HealthLambdaFunction', 'Properties', 'Architectures'], undefined, 'not arm64'],
    ['text of Lambda’s', ['HealthLambdaFunction', 'Properties', 'LoggingConfig', 'LogFormat'], 'Text', 'that are text'],
    [
      'no metrics',
      ['HealthLambdaFunction', 'Properties', 'LoggingConfig', 'ApplicationLogLevel'],
      'WARN',
      'of its own',
    ],
    ['no reports', ['HealthLambdaFunction', 'Properties', 'LoggingConfig', 'SystemLogLevel'], 'WARN', 'of Lambda'],
    ['a log without an end', ['HealthLogGroup', 'Properties', 'RetentionInDays'], undefined, 'for ever'],
  ])('would show %s', async (_defect, path, value, complaint) => {
    expect(functionDefects(plant(await packagedTemplate('dev'), path, value)).join('\n')).toContain(complaint);
  });
});
