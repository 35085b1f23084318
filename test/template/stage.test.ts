import { beforeAll, describe, expect, it } from 'vitest';
import { packaged, packagedTemplate, STAGES } from './packaged.ts';
import { at, ofType, plant, resource, type Template } from './template.ts';

/** What an access log may not hold: headers, queries, bodies, and messages that quote them. */
const TELLTALE = /header|querystring|body|error\.message|authorizer|input|\.path\b/i;

const stageDefects = (template: Template): string[] => {
  const { Properties } = resource(template, 'ApiStage');
  const format = String(at(Properties, 'AccessLogSetting', 'Format'));
  const all = at(Properties, 'MethodSettings', 0);
  return [
    ...(Number(at(all, 'ThrottlingRateLimit')) > 0 ? [] : ['no rate limit']),
    ...(Number(at(all, 'ThrottlingBurstLimit')) > 0 ? [] : ['no burst limit']),
    ...(at(all, 'DataTraceEnabled') === false && at(all, 'LoggingLevel') === 'OFF' ? [] : ['bodies are logged']),
    ...(at(Properties, 'AccessLogSetting', 'DestinationArn', 'Fn::GetAtt', 0) === 'ApiAccessLogs' ? [] : ['no log']),
    ...(TELLTALE.test(format) ? ['the access log quotes the request'] : []),
  ];
};

const deploymentDefects = (template: Template): string[] => {
  const [id, deployment] = ofType(template, 'AWS::ApiGateway::Deployment')[0] ?? [];
  const waitsFor = new Set(deployment?.DependsOn);
  const parts = ['AWS::ApiGateway::Method', 'AWS::ApiGateway::GatewayResponse'];
  return [
    ...(at(resource(template, 'ApiStage'), 'Properties', 'DeploymentId', 'Ref') === id ? [] : ['another deployment']),
    ...(at(deployment, 'Properties', 'StageName') === undefined ? [] : ['the deployment makes a stage of its own']),
    ...parts.flatMap((type) => ofType(template, type)).flatMap(([part]) => (waitsFor.has(part) ? [] : [`no ${part}`])),
  ];
};

beforeAll(packaged);

describe('the stage of the API', () => {
  it.each(STAGES)('limits requests and logs them without what they hold in %s', async (stage) => {
    const template = await packagedTemplate(stage);
    expect(stageDefects(template)).toEqual([]);
    expect(resource(template, 'ApiStage').Properties['StageName']).toBe(stage);
  });

  it('logs one line of JSON', async () => {
    const { Properties } = resource(await packagedTemplate('prod'), 'ApiStage');
    const format = String(at(Properties, 'AccessLogSetting', 'Format'));
    expect(format).not.toContain('\n');
    expect(JSON.parse(format.replaceAll(/\$context[\w.]+/g, '-'))).toHaveProperty('requestId', '-');
    // By it `npx ballast find` comes from an answer to Lambda's own lines.
    expect(JSON.parse(format)).toHaveProperty('integrationRequestId', '$context.integration.requestId');
  });

  it('shows a deployment that holds every method and every gateway response', async () => {
    expect(deploymentDefects(await packagedTemplate('dev'))).toEqual([]);
  });

  it.each<[string, (string | number)[], unknown, string]>([
    ['no limits', ['ApiStage', 'Properties', 'MethodSettings'], undefined, 'no rate limit'],
    ['no log', ['ApiStage', 'Properties', 'AccessLogSetting'], undefined, 'no log'],
    ['logged bodies', ['ApiStage', 'Properties', 'MethodSettings', 0, 'DataTraceEnabled'], true, 'bodies'],
    ['logged messages', ['ApiStage', 'Properties', 'AccessLogSetting', 'Format'], '$context.error.message', 'quotes'],
  ])('would show %s', async (_defect, path, value, complaint) => {
    expect(stageDefects(plant(await packagedTemplate('dev'), path, value)).join()).toContain(complaint);
  });

  it('would show a deployment with its own stage, and one that does not wait for the gateway responses', async () => {
    const template = await packagedTemplate('dev');
    const id = ofType(template, 'AWS::ApiGateway::Deployment')[0]?.[0] ?? '';
    expect(deploymentDefects(plant(template, [id, 'Properties', 'StageName'], 'dev'))).toHaveLength(1);
    expect(deploymentDefects(plant(template, [id, 'DependsOn'], []))).toContain('no UnknownPath');
  });
});
