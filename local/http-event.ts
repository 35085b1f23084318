import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { HttpEvent } from '../lib/http/types.ts';
import { AppError } from '../lib/kernel/errors.ts';
import { safe } from '../lib/kernel/redacted.ts';
import type { Match } from './match-route.ts';

type Values = Readonly<Record<string, readonly string[] | undefined>>;

/** The event of API Gateway's Lambda proxy integration (REST), with what a local request can know. */
export interface ProxyEvent extends HttpEvent {
  readonly resource: string;
  readonly multiValueHeaders: Values;
  readonly stageVariables: null;
  readonly requestContext: {
    readonly requestId: string;
    readonly stage: string;
    readonly resourcePath: string;
    readonly httpMethod: string;
    readonly path: string;
    readonly protocol: string;
    readonly requestTimeEpoch: number;
    readonly identity: { readonly sourceIp: string; readonly userAgent: string | null };
  };
}

export interface Target {
  /** As it was sent, still encoded. */
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
}

/** Takes a request target apart without normalising it, as `URL` would: what was sent is what is matched. */
export const splitTarget = (target: string): Target => {
  const local = target.replace(/^https?:\/\/[^/?#]*/i, '').replace(/#.*$/s, '');
  const mark = local.indexOf('?');
  return mark < 0
    ? { path: local || '/', query: '' }
    : { path: local.slice(0, mark) || '/', query: local.slice(mark + 1) };
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new AppError('invalid-request', safe`The query contains a percent-escape that does not decode.`);
  }
};

const parseQuery = (query: string): Map<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return values;
};

const lastOf = (values: Values): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all?.at(-1)]));

export interface EventParts {
  readonly request: Pick<IncomingMessage, 'headersDistinct' | 'httpVersion'>;
  readonly method: string;
  readonly target: Target;
  readonly sourceIp: string;
  readonly body: Buffer;
  readonly match: Match;
  readonly requestId: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/**
 * Builds the event. A body that is UTF-8 is passed as that text, byte order mark included, any other as base64.
 * Throws `invalid-request` for a query that does not decode.
 */
export const proxyEvent = ({ request, method, target, body, match, requestId, ...rest }: EventParts): ProxyEvent => {
  const query = parseQuery(target.query);
  const text = isUtf8(body);
  const resourcePath = match.route.template;
  return {
    resource: resourcePath,
    httpMethod: method,
    path: target.path,
    headers: lastOf(request.headersDistinct),
    multiValueHeaders: request.headersDistinct,
    queryStringParameters: query.size === 0 ? null : lastOf(Object.fromEntries(query)),
    multiValueQueryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
    pathParameters: match.pathParameters,
    stageVariables: null,
    body: body.length === 0 ? null : body.toString(text ? 'utf8' : 'base64'),
    isBase64Encoded: !text,
    requestContext: {
      requestId,
      stage: 'local',
      resourcePath,
      httpMethod: method,
      path: target.path,
      protocol: `HTTP/${request.httpVersion}`,
      requestTimeEpoch: rest.at,
      identity: { sourceIp: rest.sourceIp, userAgent: request.headersDistinct['user-agent']?.[0] ?? null },
    },
  };
};
