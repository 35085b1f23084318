import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { ANTHROPIC_TYPES, anthropicErrorResponse } from '../../lib/http/response/anthropic-error.ts';
import { COMMON_HEADERS } from '../../lib/http/response/common-headers.ts';
import { type Problem, PROBLEMS } from '../../lib/http/response/problem.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { packaged, packagedTemplate } from './packaged.ts';
import { at, ofType, plant, type Template } from './template.ts';

/** The code that each error of API Gateway itself becomes. */
const CODES: Readonly<Record<string, keyof typeof PROBLEMS>> = {
  MISSING_AUTHENTICATION_TOKEN: 'not-found',
  RESOURCE_NOT_FOUND: 'not-found',
  INVALID_SIGNATURE: 'not-found',
  EXPIRED_TOKEN: 'not-found',
  DEFAULT_4XX: 'invalid-request',
  BAD_REQUEST_BODY: 'invalid-request',
  BAD_REQUEST_PARAMETERS: 'invalid-request',
  UNAUTHORIZED: 'unauthenticated',
  ACCESS_DENIED: 'forbidden',
  WAF_FILTERED: 'forbidden',
  INVALID_API_KEY: 'forbidden',
  REQUEST_TOO_LARGE: 'payload-too-large',
  UNSUPPORTED_MEDIA_TYPE: 'unsupported-media-type',
  THROTTLED: 'rate-limited',
  QUOTA_EXCEEDED: 'rate-limited',
  INTEGRATION_TIMEOUT: 'upstream-timeout',
  INTEGRATION_FAILURE: 'store-unavailable',
  API_CONFIGURATION_ERROR: 'store-unavailable',
  DEFAULT_5XX: 'store-unavailable',
};

/** Stands for whatever is not foreseen: the gateway's own status says what it was. */
const KEEPS_STATUS = 'DEFAULT_4XX';
/** As which a call reaches a client that Lambda has throttled: it never started, and may be made again. */
const NEVER_STARTED = ['INTEGRATION_FAILURE', 'API_CONFIGURATION_ERROR', 'DEFAULT_5XX'];

/**
 * Of what every answer has, but for the policy of what may run and frame: its quotes do not fit into a mapping. No body here is
 * a page, and an older header refuses frames.
 */
const COMMON: Readonly<Record<string, string>> = {
  'X-Frame-Options': 'DENY',
  ...Object.fromEntries(
    Object.entries(COMMON_HEADERS)
      .filter(([name]) => name !== 'content-security-policy')
      .map(([name, value]) => [name.replace(/(^|-)\w/g, (letter) => letter.toUpperCase()), value]),
  ),
};

// API Gateway puts a variable in as it is, without escaping: only those that cannot hold a quote are allowed.
const substituted = (body: string): string => body.replaceAll('$context.requestId', 'c0ffee-1');

/** As of a limit of ours: nobody has waited for it yet. */
const figures = { limit: '1', used: '1', reserved: '0', asked: '1' };

const responseDefects = (properties: unknown): string[] => {
  const type = String(at(properties, 'ResponseType'));
  const code = CODES[type];
  if (code === undefined) return [`${type} is not expected`];
  const { title } = PROBLEMS[code];
  const status = type === KEEPS_STATUS ? undefined : PROBLEMS[code].status;
  const body = substituted(String(at(properties, 'ResponseTemplates', 'application/json')));
  if (body.includes('$')) return [`${type} quotes something else than the request's id`];
  const problem = JSON.parse(body) as Problem;
  const wanted = { type: `urn:ballast:problem:${code}`, title, status, code, requestId: 'c0ffee-1' };
  const headers = at(properties, 'ResponseParameters');
  const header = (name: string): unknown => at(headers, `gatewayresponse.header.${name}`);
  const retryAfterMs = problem['retryAfterMs'];
  const envelope = { type: ANTHROPIC_TYPES[code], message: problem.detail };
  const shouldRetry = anthropicErrorResponse(new AppError(code, safe`x`, { figures }), 'x').headers['x-should-retry'];
  return [
    ...Object.entries(wanted).flatMap(([key, value]) => (problem[key] === value ? [] : [`${type} has another ${key}`])),
    ...(at(properties, 'StatusCode') === (status === undefined ? undefined : String(status))
      ? []
      : [`${type} answers with another status`]),
    ...(header('Content-Type') === "'application/problem+json'" ? [] : [`${type} is not problem+json`]),
    ...Object.entries(COMMON).flatMap(([name, value]) =>
      header(name) === `'${value}'` ? [] : [`${type} lacks ${name}`],
    ),
    ...(header('request-id') === 'context.requestId' ? [] : [`${type} has no request-id`]),
    ...(isDeepStrictEqual(problem['error'], envelope) && problem['request_id'] === 'c0ffee-1'
      ? []
      : [`${type} is no error to a client of the Anthropic API`]),
    ...(header('x-should-retry') === (shouldRetry === undefined ? undefined : `'${shouldRetry}'`)
      ? []
      : [`${type} says otherwise whether to try again`]),
    ...(NEVER_STARTED.includes(type) && retryAfterMs === undefined ? [`${type} does not say when to try again`] : []),
    ...(typeof problem.detail === 'string' && problem.detail !== '' ? [] : [`${type} has no detail`]),
    ...(retryAfterMs === undefined || header('Retry-After') === `'${Math.ceil(Number(retryAfterMs) / 1000)}'`
      ? []
      : [`${type} has another Retry-After`]),
  ];
};

const defects = (template: Template): string[] =>
  ofType(template, 'AWS::ApiGateway::GatewayResponse').flatMap(([, { Properties }]) => responseDefects(Properties));

beforeAll(packaged);

describe('what API Gateway answers by itself', () => {
  it('is a problem in the shape, codes, statuses and titles of the functions, and to clients of the Anthropic API an error', async () => {
    expect(defects(await packagedTemplate('prod'))).toEqual([]);
  });

  it('covers each error once, and whatever is not named', async () => {
    const responses = ofType(await packagedTemplate('prod'), 'AWS::ApiGateway::GatewayResponse');
    const types = responses.map(([, { Properties }]) => Properties['ResponseType']);
    expect(types.toSorted()).toEqual(Object.keys(CODES).toSorted());
  });

  it.each<[string, string, string, unknown, string]>([
    ['a status that is put over an unforeseen one', 'OtherClientError', 'StatusCode', '404', 'another status'],
    ['a throttled call that is final', 'OtherServerError', 'StatusCode', '500', 'another status'],
    ['a throttled call without Retry-After', 'IntegrationFailure', 'ResponseParameters', {}, 'another Retry-After'],
  ])('would show %s', async (_defect, name, property, value, complaint) => {
    const broken = plant(await packagedTemplate('dev'), [name, 'Properties', property], value);
    expect(defects(broken).join('\n')).toContain(complaint);
  });

  it.each<[string, string, unknown, string]>([
    ['another status', 'StatusCode', '403', 'another status'],
    ['another content type', 'ResponseParameters', {}, 'not problem+json'],
    [
      'a body that quotes the credential',
      'ResponseTemplates',
      { 'application/json': '{"a":$context.error.message}' },
      'quotes',
    ],
    ['another code', 'ResponseTemplates', { 'application/json': '{"code":"forbidden"}' }, 'another code'],
    ['a problem alone', 'ResponseTemplates', { 'application/json': '{"code":"not-found"}' }, 'no error to a client'],
    [
      'a word against trying again',
      'ResponseParameters',
      { 'gatewayresponse.header.x-should-retry': "'false'" },
      'otherwise whether to try again',
    ],
  ])('would show %s', async (_defect, property, value, complaint) => {
    const broken = plant(await packagedTemplate('dev'), ['UnknownPath', 'Properties', property], value);
    expect(defects(broken).join('\n')).toContain(complaint);
  });
});
