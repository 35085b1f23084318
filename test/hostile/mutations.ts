import type { Draw } from './draw.ts';

/** A request as it goes over the wire. */
export interface HostileRequest {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
}

type Members = Readonly<Record<string, unknown>>;

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));

const HOSTILE_VALUES: readonly unknown[] = [
  null,
  '',
  ' ',
  '\0',
  '\ud800',
  '\u202eadmin',
  '../../etc/passwd',
  '${jndi:ldap://a}',
  "' OR 1=1 --",
  '<script>alert(1)</script>',
  'a\r\nset-cookie: b',
  'x'.repeat(70_000),
  '-1',
  'NaN',
  '1e400',
  '999999999999999999999',
  -1,
  0,
  1.5,
  Number.MAX_SAFE_INTEGER + 2,
  true,
  [],
  {},
  [[[[{}]]]],
  deep(300),
  { $ne: null },
  { __proto__: { admin: true } },
  Array.from({ length: 300 }, (_, at) => at),
];

const HOSTILE_SEGMENTS = [
  '%00',
  '%2e%2e',
  '..',
  '%',
  '%zz',
  '%25',
  '%2F%2F',
  'a%0d%0ab',
  '%F0%28',
  'x'.repeat(3_000),
  '~',
  '__proto__',
  '%E2%9A%93',
];
const HOSTILE_QUERIES = [
  'limit=-1',
  'limit=1e9',
  'limit=1&limit=2',
  'cursor=%00',
  'cursor=e30',
  'cursor=' + 'A'.repeat(5_000),
  'from=yesterday',
  'from=2026-13-40',
  'to=0001-01-01',
  'groupBy=password',
  'groupBy=metadata.__proto__',
  'after=-1',
  'after=99999999999',
  'a[]=1',
  '%',
  '=',
  '&&',
  'tenant=../x',
  'format=xml',
  'status=done',
  'userId=%00',
  'beta=true',
];
const HOSTILE_HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'text/plain'],
  ['content-type', 'application/json; charset=utf-16'],
  ['content-type', ''],
  ['content-encoding', 'gzip'],
  ['accept', 'text/event-stream;q=2, */*'],
  ['accept', 'x'.repeat(2_000)],
  ['accept', 'text/csv'],
  ['accept', 'text/event-stream'],
  ['idempotency-key', ''],
  ['idempotency-key', 'k'.repeat(256)],
  ['idempotency-key', '\u00e9\u00ff'],
  ['if-match', '"1", W/"2", *'],
  ['if-match', '*'],
  ['prefer', 'wait=-1'],
  ['prefer', 'wait=1, respond-async'],
  ['prefer', 'wait=abc'],
  ['last-event-id', '-1'],
  ['last-event-id', 'abc'],
  ['traceparent', '00-zz'],
  ['traceparent', `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-ff`],
  ['x-ballast-hops', '-1'],
  ['x-ballast-hops', '99999999999999999999'],
  ['x-request-id', 'a b"c'],
  ['anthropic-version', '1999-01-01'],
  ['anthropic-beta', 'a,,b,' + 'c'.repeat(500)],
  ['origin', 'null'],
  ['x-forwarded-for', '127.0.0.1, ::1'],
  ['x-forwarded-proto', 'javascript'],
  ['host', 'evil.example:99999'],
];
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE'];

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const parsed = (body: HostileRequest['body']): Members | null => {
  if (typeof body !== 'string') return null;
  const value = jsonIn(body);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : null;
};

const withMembers = (request: HostileRequest, change: (members: Members) => Members): HostileRequest => {
  const members = parsed(request.body);
  return members === null ? request : { ...request, body: JSON.stringify(change(members)) };
};

const pathOf = ({ target }: HostileRequest): [path: string, query: string] => {
  const [path = '', ...query] = target.split('?');
  return [path, query.length === 0 ? '' : `?${query.join('?')}`];
};

type Mutation = (request: HostileRequest, draw: Draw) => HostileRequest;

/** Each makes something wrong with a request; what it leaves as it is was not there to be spoiled. */
const MUTATIONS: readonly Mutation[] = [
  (request, draw) => {
    const value = draw.one(HOSTILE_VALUES);
    return withMembers(request, (all) => ({ ...all, [draw.one([...Object.keys(all), 'extra'])]: value }));
  },
  (request, draw) =>
    withMembers(request, (all) => {
      const gone = draw.one(Object.keys(all));
      return Object.fromEntries(Object.entries(all).filter(([name]) => name !== gone));
    }),
  (request, draw) =>
    withMembers(request, (all) => ({ ...all, [draw.one(['__proto__', 'toString', 'constructor', '', 'a.b'])]: 1 })),
  (request) =>
    typeof request.body === 'string'
      ? { ...request, body: request.body.replace('{', '{"task":"a","model":"b",') }
      : request,
  (request, draw) =>
    typeof request.body === 'string'
      ? { ...request, body: request.body.slice(0, draw.below(request.body.length)) }
      : request,
  (request, draw) => ({
    ...request,
    body: draw.one(['null', '[]', '"a"', '1', '{', 'x', '\ufeff{}', '{"a":1e999}', '['.repeat(4_000)]),
  }),
  (request) => ({ ...request, body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]) }),
  (request, draw) => {
    const [name, value] = draw.one(HOSTILE_HEADERS);
    return { ...request, headers: { ...request.headers, [name]: value } };
  },
  (request, draw) => ({ ...request, method: draw.one(METHODS) }),
  (request, draw) => {
    const [path, query] = pathOf(request);
    const segments = path.split('/');
    segments[1 + draw.below(segments.length - 1)] = draw.one(HOSTILE_SEGMENTS);
    return { ...request, target: segments.join('/') + query };
  },
  (request, draw) => {
    const [path, query] = pathOf(request);
    return { ...request, target: draw.one([`${path}/`, `/${path}`, `${path}/extra`, path.toUpperCase()]) + query };
  },
  (request, draw) => ({
    ...request,
    target: `${request.target}${request.target.includes('?') ? '&' : '?'}${draw.one(HOSTILE_QUERIES)}`,
  }),
  (request, draw) => ({
    ...request,
    headers: {
      ...request.headers,
      'x-api-key': draw.one(['', 'wrong', 'é', 'x'.repeat(9_000), 'eyJhbGciOiJub25lIn0.e30.']),
    },
  }),
  ({ headers: { 'x-api-key': key = '', ...headers }, ...request }, draw) => ({
    ...request,
    headers: {
      ...headers,
      authorization: draw.one([`Bearer ${key}`, `bearer  ${key} `, 'Basic a', 'Bearer', `Bearer ${key}\u00a0`]),
    },
  }),
];

/** The request with one thing wrong, seldom with more. */
export const mutated = (request: HostileRequest, draw: Draw): HostileRequest => {
  const once = draw.one(MUTATIONS)(request, draw);
  return draw.chance(0.25) ? mutated(once, draw) : once;
};
