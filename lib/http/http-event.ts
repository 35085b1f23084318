import type { HttpEvent } from './types.ts';

type Fields = Readonly<Record<string, unknown>>;
type Values<Value> = Readonly<Record<string, Value | undefined>>;

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
const valuesOf = <Value>(value: unknown): Values<Value> | null =>
  typeof value === 'object' && value !== null ? (value as Values<Value>) : null;
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const lastOfEach = (values: Values<readonly string[]> | null): Values<string> =>
  Object.fromEntries(Object.entries(values ?? {}).map(([name, list]) => [name, list?.at(-1)]));

/** What all kinds of event say in the same way. */
const common = ({ body, isBase64Encoded, pathParameters, requestContext }: Fields) => ({
  pathParameters: valuesOf<string>(pathParameters),
  body: typeof body === 'string' ? body : null,
  isBase64Encoded: isBase64Encoded === true,
  requestContext: fieldsOf(requestContext) as NonNullable<HttpEvent['requestContext']>,
});

/** Payload 1.0: a REST API, or a load balancer. The console's test sends `null` in place of what was not typed in. */
const fromProxy = (event: Fields): HttpEvent => {
  const path = textOf(event['path']);
  const multiValueHeaders = valuesOf<readonly string[]>(event['multiValueHeaders']);
  return {
    ...event,
    ...common(event),
    httpMethod: textOf(event['httpMethod']),
    path,
    resource: textOf(event['resource']) || path,
    headers: valuesOf<string>(event['headers']) ?? lastOfEach(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: valuesOf(event['queryStringParameters']),
    multiValueQueryStringParameters: valuesOf(event['multiValueQueryStringParameters']),
  };
};

const queryIn = (raw: string): Map<string, string[]> => {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(raw)) values.set(name, [...(values.get(name) ?? []), value]);
  return values;
};

/** Payload 2.0: an HTTP API or a function URL. Its route's template stands behind the method, if it has one. */
const fromHttpApi = (event: Fields, { method, path }: Fields): HttpEvent => {
  const { stage } = fieldsOf(event['requestContext']);
  const raw = textOf(event['rawPath']) || textOf(path);
  const prefix = `/${textOf(stage)}`;
  const own = raw.startsWith(`${prefix}/`) ? raw.slice(prefix.length) : raw;
  const query = queryIn(textOf(event['rawQueryString']));
  return {
    ...common(event),
    httpMethod: textOf(method),
    path: own,
    resource: /^\S+ (\/\S*)$/.exec(textOf(event['routeKey']))?.[1] ?? own,
    headers: valuesOf(event['headers']) ?? {},
    ...(Array.isArray(event['cookies']) ? { cookies: event['cookies'] as string[] } : {}),
    queryStringParameters:
      query.size === 0 ? null : Object.fromEntries([...query].map(([name, list]) => [name, list.at(-1)])),
    multiValueQueryStringParameters: query.size === 0 ? null : Object.fromEntries(query),
  };
};

/** Stands for an event that is no request; it has no method. */
export const NO_REQUEST: HttpEvent = {
  httpMethod: '',
  path: '',
  resource: '',
  headers: {},
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  body: null,
  isBase64Encoded: false,
};

/**
 * The request in what Lambda hands over, which may be anything: payload 1.0 and 2.0 of API Gateway, a function URL, a load
 * balancer. `NO_REQUEST` for a warm-up, a schedule, a message, a test of the console.
 */
export const httpEventOf = (event: unknown): HttpEvent => {
  const fields = fieldsOf(event);
  const http = fieldsOf(fieldsOf(fields['requestContext'])['http']);
  if (typeof http['method'] === 'string') return fromHttpApi(fields, http);
  return typeof fields['httpMethod'] === 'string' && typeof fields['path'] === 'string'
    ? fromProxy(fields)
    : NO_REQUEST;
};
