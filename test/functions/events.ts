import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { BASE_PATH, httpEvent } from './invoke.ts';

interface Service {
  readonly functions: Readonly<
    Record<
      string,
      { readonly events?: readonly { readonly http?: { readonly path: string; readonly response?: object } }[] }
    >
  >;
}
const { functions } = parse(readFileSync('serverless.yml', 'utf8')) as Service;

const NAMES = readdirSync('functions').map((file) => file.replace(/\.ts$/, ''));

/** The paths of the API that a function is behind. */
export const pathsOf = (name: string) => (functions[name]?.events ?? []).flatMap(({ http }) => (http ? [http] : []));
export const HTTP = NAMES.filter((name) => pathsOf(name).length > 0);
export const OTHERS = NAMES.filter((name) => pathsOf(name).length === 0);

/** What reaches a function that is not meant for it. */
export const FOREIGN: Readonly<Record<string, unknown>> = {
  'nothing at all': null,
  'the console’s empty event': {},
  'the console’s template': { key1: 'value1', key2: 'value2' },
  'a text': 'ping',
  'a list': [],
  'a warm-up': { source: 'serverless-plugin-warmup' },
  'a schedule': { version: '0', 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {}, resources: [] },
  'an event without details': { 'detail-type': 'Something', source: 'aws.events', detail: null },
  'a batch of SNS': { Records: [{ EventSource: 'aws:sns', Sns: { Message: 'hello' } }, { Sns: { Message: '{}' } }] },
  'a batch of SQS': { Records: [{ eventSource: 'aws:sqs', body: 'hello' }] },
  'a batch without records': { Records: null },
  'a change in S3': { Records: [{ eventSource: 'aws:s3', s3: { bucket: { name: 'b' } } }] },
  'a request of WebSockets': { requestContext: { routeKey: '$connect', connectionId: 'c', requestId: 'r' } },
  'an execution of something else': { InitialExecutionState: { Operations: [] }, DurableExecutionArn: 'arn' },
};

/** How each source sends the same request, with `bare` where nobody typed a header in. */
export const REQUESTS: Readonly<Record<string, (path: string) => unknown>> = {
  'the console of a REST API': (path) => ({
    ...httpEvent({ httpMethod: 'GET', path, body: null }),
    headers: null,
    multiValueHeaders: null,
    requestContext: { requestId: 'test-invoke-request', stage: 'test-invoke-stage' },
  }),
  'an HTTP API': (path) => ({
    version: '2.0',
    routeKey: `ANY ${path}`,
    rawPath: `/dev${path}`,
    rawQueryString: '',
    headers: { host: 'x' },
    requestContext: { http: { method: 'GET', path: `/dev${path}` }, stage: 'dev', requestId: 'r' },
    isBase64Encoded: false,
  }),
  'a REST API behind a domain with a base path': (path) => ({
    ...httpEvent({
      httpMethod: 'GET',
      resource: path,
      path: `${BASE_PATH}${path}/`,
      body: null,
      headers: {},
    }),
    requestContext: { requestId: 'r', path: `/live${path}/`, stage: 'dev' },
  }),
  'a function URL, with a slash at the end': (path) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: `${path}/`,
    rawQueryString: '',
    headers: {},
    requestContext: { http: { method: 'GET', path: `${path}/` }, stage: '$default', requestId: 'r' },
    isBase64Encoded: false,
  }),
  'a load balancer': (path) => ({
    requestContext: { elb: { targetGroupArn: 'arn' } },
    httpMethod: 'GET',
    path,
    multiValueHeaders: { host: ['x'] },
    multiValueQueryStringParameters: {},
    body: '',
    isBase64Encoded: false,
  }),
};
