import { at, functionAt, ofType, type Template } from './template.ts';

interface DeployedRoute {
  readonly name: string;
  readonly streamed: boolean;
  /** The deadline of a streamed answer: its variable, or milliseconds. Default: that of a run. */
  readonly deadline?: string | number;
}

/** What is deployed: each path, the function behind it, and whether its answer is streamed. */
export const ROUTES: Readonly<Record<string, DeployedRoute>> = {
  '/agent/run': { name: 'run-agent', streamed: true },
  '/v1/messages': { name: 'messages', streamed: true, deadline: 'STREAM_TIMEOUT_MS' },
  '/v1/messages/count_tokens': { name: 'ask-provider', streamed: false },
  '/v1/models': { name: 'ask-provider', streamed: false },
  '/v1/models/{modelId}': { name: 'ask-provider', streamed: false },
  '/v1/messages/{proxy+}': { name: 'ask-provider', streamed: false },
  '/v1/{proxy+}': { name: 'ask-provider', streamed: false },
  '/messages': { name: 'ask-provider', streamed: false },
  '/messages/{proxy+}': { name: 'ask-provider', streamed: false },
  '/models': { name: 'ask-provider', streamed: false },
  '/models/{proxy+}': { name: 'ask-provider', streamed: false },
  // A minute of waiting for the run, after 40 s for its submission.
  '/agent/runs': { name: 'submit-run', streamed: true, deadline: 100_000 },
  '/agent/runs/{runId}/cancel': { name: 'control-run', streamed: false },
  '/agent/runs/{runId}/messages': { name: 'control-run', streamed: false },
  '/agent/runs/{runId}/resume': { name: 'control-run', streamed: false },
  '/agent/runs/{runId}/approvals/{toolUseId}': { name: 'control-run', streamed: false },
  '/admin/tenants/{tenantId}/runs/cancel': { name: 'control-run', streamed: false },
  '/agent/runs/{runId}': { name: 'get-run', streamed: false },
  '/agent/runs/{runId}/deliveries': { name: 'get-run', streamed: false },
  '/agent/runs/{runId}/trace': { name: 'get-run', streamed: false },
  '/agent/runs/{runId}/events': { name: 'run-events', streamed: true, deadline: 'STREAM_TIMEOUT_MS' },
  '/sessions': { name: 'sessions', streamed: false },
  '/sessions/{sessionId}': { name: 'sessions', streamed: false },
  '/agents': { name: 'list-agents', streamed: false },
  '/caller': { name: 'list-agents', streamed: false },
  '/admin/tenants': { name: 'admin', streamed: false },
  '/admin/tenants/{tenantId}': { name: 'admin', streamed: false },
  '/admin/tenants/{tenantId}/users/{userId+}': { name: 'admin', streamed: false },
  '/admin/tenants/{tenantId}/keys': { name: 'admin', streamed: false },
  '/admin/tenants/{tenantId}/keys/{keyId}': { name: 'admin', streamed: false },
  '/admin/tenants/{tenantId}/webhook-secret': { name: 'admin', streamed: false },
  '/admin/tenants/{tenantId}/cache/invalidate': { name: 'admin', streamed: false },
  '/admin/circuits': { name: 'admin', streamed: false },
  '/admin/circuits/{name+}': { name: 'admin', streamed: false },
  '/admin/rests': { name: 'admin', streamed: false },
  '/admin/rests/{name+}': { name: 'admin', streamed: false },
  '/admin/alarms': { name: 'admin', streamed: false },
  '/admin/alarms/test': { name: 'admin', streamed: false },
  '/admin/audit': { name: 'admin', streamed: false },
  '/usage': { name: 'report-usage', streamed: false },
  '/usage/calls': { name: 'report-usage', streamed: false },
  '/usage/budget': { name: 'report-usage', streamed: false },
  '/admin/tenants/{tenantId}/budget': { name: 'report-usage', streamed: false },
  '/admin/usage': { name: 'report-usage', streamed: false },
  '/health': { name: 'health', streamed: false },
  '/health/live': { name: 'health', streamed: false },
  '/console': { name: 'console', streamed: true, deadline: 5_000 },
  '/docs': { name: 'console', streamed: true, deadline: 5_000 },
  '/': { name: 'describe-api', streamed: false },
  '/openapi.json': { name: 'describe-api', streamed: false },
};

/** The longest that API Gateway streams an answer (15 minutes), and the longest it waits for a whole one. */
const STREAMED_LIMIT_MS = 900_000;
const BUFFERED_LIMIT_MS = 29_000;

interface Method {
  readonly path: string;
  readonly verb: unknown;
  readonly integration: unknown;
  readonly functionId: string;
  readonly uri: string;
}

const pathOf = (template: Template, id: unknown): string => {
  if (typeof id !== 'string') return '';
  const { Properties } = template.Resources[id] ?? {};
  return `${pathOf(template, at(Properties, 'ParentId', 'Ref'))}/${String(at(Properties, 'PathPart'))}`;
};

const methods = (template: Template): Method[] =>
  ofType(template, 'AWS::ApiGateway::Method').map(([, { Properties }]) => {
    const parts = at(Properties, 'Integration', 'Uri', 'Fn::Join', 1) as unknown[];
    return {
      path: pathOf(template, at(Properties, 'ResourceId', 'Ref')) || '/',
      verb: Properties['HttpMethod'],
      integration: Properties['Integration'],
      functionId: parts.map((part) => functionAt(template, part)).find((id) => id !== '') ?? '',
      uri: parts.filter((part) => typeof part === 'string').join(''),
    };
  });

const transferDefects = ({ path, integration, uri }: Method, streamed: boolean): string[] => {
  const mode = at(integration, 'ResponseTransferMode');
  const streams = uri.includes('/2021-11-15/') && uri.endsWith('/response-streaming-invocations');
  const buffers = uri.includes('/2015-03-31/') && uri.endsWith('/invocations');
  if (streamed && !(mode === 'STREAM' && streams)) return [`${path} does not stream`];
  return !streamed && !(mode === undefined && buffers) ? [`${path} streams`] : [];
};

const timeoutDefects = (
  template: Template,
  { path, integration, functionId }: Method,
  { streamed, deadline = 'RUN_TIMEOUT_MS' }: DeployedRoute,
): string[] => {
  const { Properties } = template.Resources[functionId] ?? {};
  const apiMs = Number(at(integration, 'TimeoutInMillis') ?? BUFFERED_LIMIT_MS);
  const lambdaMs = Number(at(Properties, 'Timeout')) * 1_000;
  const deadlineMs = Number(
    typeof deadline === 'number' ? deadline : at(Properties, 'Environment', 'Variables', deadline),
  );
  if (!streamed) return lambdaMs < apiMs ? [] : [`${path}: the API gives up before the function`];
  return [
    ...(apiMs > deadlineMs && apiMs < lambdaMs ? [] : [`${path}: the API's timeout is not between the other two`]),
    ...(lambdaMs === deadlineMs + 20_000 ? [] : [`${path}: the function has not 20 s more than its deadline`]),
    ...(apiMs <= STREAMED_LIMIT_MS ? [] : [`${path}: API Gateway does not stream that long`]),
  ];
};

const routeDefects = (template: Template, method: Method): string[] => {
  const route = ROUTES[method.path];
  if (route === undefined) return [`${method.path} is not a route of Ballast`];
  const handler = at(template.Resources[method.functionId], 'Properties', 'Handler');
  return [
    ...(handler === `dist/${route.name}/index.handler` ? [] : [`${method.path} calls another function`]),
    ...(method.verb === 'ANY' ? [] : [`${method.path} answers some methods only`]),
    ...(at(method.integration, 'Type') === 'AWS_PROXY' ? [] : [`${method.path} is no proxy`]),
    ...transferDefects(method, route.streamed),
    ...timeoutDefects(template, method, route),
  ];
};

/** What is wrong with the API's endpoint, its routes, their streaming and their timeouts; empty when all is well. */
export const apiDefects = (template: Template): string[] => {
  const found = methods(template);
  const missing = Object.keys(ROUTES).filter((path) => !found.some((method) => method.path === path));
  const types = ofType(template, 'AWS::ApiGateway::RestApi').map(([, { Properties }]) =>
    JSON.stringify(at(Properties, 'EndpointConfiguration', 'Types')),
  );
  return [
    ...(types.length === 1 && types[0] === '["REGIONAL"]' ? [] : ['the API is not one regional API']),
    ...missing.map((path) => `${path} is not deployed`),
    ...found.flatMap((method) => routeDefects(template, method)),
  ];
};
