import { expectStatus, expectThat, Failed, type Smoke, type SmokeCheck } from './check.ts';
import type { Reply } from './stage.ts';

/** On every answer, as docs/api.md has it. */
const ALWAYS = [
  'request-id',
  'cache-control',
  'content-security-policy',
  'referrer-policy',
  'x-content-type-options',
  'strict-transport-security',
] as const;

/** That a problem is one of Ballast's form, whoever has answered. */
const expectProblem = (reply: Reply, code: string, of: string): void => {
  const type = reply.headers.get('content-type') ?? '';
  expectThat(
    type.includes('json') && reply.code === code,
    `${of} is answered with ${type || 'no type'}, and no ${code}.`,
  );
  expectThat(reply.headers.has('request-id'), `${of} is answered without request-id.`);
};

const live: SmokeCheck = {
  what: 'the API is there, HEAD too',
  async run({ stage }) {
    const reply = await stage.ask('/health/live', { withKey: false });
    expectStatus(reply, 200, 'GET /health/live');
    const head = await stage.ask('/health/live', { method: 'HEAD', withKey: false });
    expectStatus(head, 200, 'HEAD /health/live');
    const { version } = (reply.json ?? {}) as { readonly version?: string };
    return `Version ${version ?? 'unknown'}.`;
  },
};

interface Health {
  readonly status: string;
  readonly checks: Readonly<Record<string, { readonly status: string }>>;
}

const health: SmokeCheck = {
  what: 'what the stage stands on works',
  async run({ stage }) {
    const reply = await stage.ask('/health', { withKey: false });
    const { status, checks = {} } = (reply.json ?? {}) as Partial<Health>;
    const bad = Object.entries(checks).filter(([, check]) => check.status !== 'healthy');
    const names = bad.map(([name, check]) => `${name} ${check.status}`).join(', ');
    if (reply.status !== 200) throw new Failed(`It is ${status ?? reply.status}${names && `: ${names}`}.`);
    return `${status ?? 'unknown'}${names && `: ${names}`}, of ${Object.keys(checks).length} checks.`;
  },
};

/** Tried for a method that a path does not take; each is without effect there. */
const METHODS = ['PATCH', 'POST', 'PUT', 'DELETE'];
const AT_ONCE = 5;

const concrete = (path: string): string => path.replaceAll(/\{\w+\}/g, 'smoke-nothing');

/** Each path answers for itself: with 405 and what it takes, before it looks at keys, and at no cost. */
const routes: SmokeCheck = {
  what: 'each path leads to its function',
  async run({ stage }) {
    const { paths } = ((await stage.ask('/', { withKey: false })).json ?? {}) as {
      readonly paths?: Readonly<Record<string, readonly string[]>>;
    };
    if (paths === undefined) throw new Failed('GET / lists no paths.');
    const all = Object.entries(paths);
    let closed = 0;
    const look = async ([path, taken]: (typeof all)[number]): Promise<string[]> => {
      const method = METHODS.find((one) => !taken.includes(one)) ?? 'PATCH';
      const { status, headers, code } = await stage.ask(concrete(path), { method, withKey: false });
      const allowed = (headers.get('allow') ?? '').split(/,\s*/).toSorted();
      if (status === 405 && allowed.join() === [...taken].toSorted().join()) return [];
      // `adminIps`: API Gateway lets the addresses of administrators in, and no others.
      if (status === 403 && code === 'forbidden' && path.startsWith('/admin/')) {
        closed += 1;
        return [];
      }
      return [`${path} answers ${method} with ${status}`];
    };
    const wrong: string[] = [];
    for (let at = 0; at < all.length; at += AT_ONCE)
      wrong.push(...(await Promise.all(all.slice(at, at + AT_ONCE).map(look))).flat());
    if (wrong.length > 0) throw new Failed(`${wrong.join(', ')}, and not with 405.`);
    return closed === 0
      ? `${all.length} paths.`
      : `${all.length} paths, ${closed} of them closed to this address (adminIps).`;
  },
};

const notFound: SmokeCheck = {
  what: 'what is not there is 404 in the form of the API, with a token too',
  async run({ stage, nonce }) {
    for (const headers of [{}, { authorization: 'Bearer smoke' }]) {
      const reply = await stage.ask(`/nothing-${nonce}`, { withKey: false, headers });
      expectStatus(reply, 404, 'A path that is not there');
      expectProblem(reply, 'not-found', 'A path that is not there');
    }
    return '404 not-found.';
  },
};

const headers: SmokeCheck = {
  what: 'answers have their headers, errors too',
  async run({ stage }) {
    for (const path of ['/agents', '/health/live', '/agent/runs/smoke-nothing']) {
      const reply = await stage.ask(path);
      const missing = ALWAYS.filter((name) => !reply.headers.has(name));
      expectThat(missing.length === 0, `The answer of ${path} lacks ${missing.join(', ')}.`);
    }
    const { headers: refused } = await stage.ask('/agents', { method: 'POST' });
    expectThat(refused.has('allow'), 'A 405 lacks allow.');
    return `${ALWAYS.length} on every answer.`;
  },
};

interface Caller {
  readonly tenantId: string;
  readonly scopes: readonly string[];
}

/** What the key may do. */
export const scopesOf = ({ stage, once }: Smoke): Promise<readonly string[]> =>
  once('scopes', async () => {
    const reply = await stage.ask('/caller');
    expectStatus(reply, 200, 'GET /caller');
    return (reply.json as Caller).scopes;
  });

const credentials: SmokeCheck = {
  what: 'the key is taken, and no other',
  async run(smoke) {
    const scopes = await scopesOf(smoke);
    const { stage } = smoke;
    const strange = await stage.ask('/agents', { withKey: false, headers: { 'x-api-key': 'bk_smoke' } });
    expectStatus(strange, 401, 'A key that is none');
    expectStatus(await stage.ask('/agents', { withKey: false }), 401, 'A call without a key');
    return `It has ${scopes.join(', ')}.`;
  },
};

/** Above API Gateway's 10 MB, and between that and the 6 MB of a Lambda event. */
const TOO_LARGE = [11_000_000, 7_000_000];

const sizes: SmokeCheck = {
  what: 'a body that is too large is 413, headers too large are refused',
  async run({ stage }) {
    for (const bytes of TOO_LARGE)
      for (const path of ['/agent/run', '/v1/messages']) {
        const of = `A body of ${bytes / 1_000_000} MB at ${path}`;
        const reply = await stage.ask(path, { bytes });
        expectStatus(reply, 413, of);
        expectProblem(reply, path === '/v1/messages' ? 'request_too_large' : 'payload-too-large', of);
      }
    const { status } = await stage.ask('/health/live', { withKey: false, headers: { 'x-long': 'a'.repeat(10_300) } });
    expectThat(status >= 400 && status < 500, `10,300 bytes of headers are answered with ${status}.`);
    return '413 above 6 MB and above 10 MB.';
  },
};

const pages: SmokeCheck = {
  what: 'the console is served compressed, with its policy; the API is described',
  async run({ stage }) {
    const page = await stage.ask('/console', { withKey: false, headers: { 'accept-encoding': 'gzip' } });
    expectStatus(page, 200, 'GET /console');
    expectThat(page.text.includes('<html'), 'GET /console is no page.');
    for (const name of ['content-encoding', 'etag', 'content-security-policy'])
      expectThat(page.headers.has(name), `The console lacks ${name}.`);
    const description = await stage.ask('/openapi.json', { withKey: false });
    expectStatus(description, 200, 'GET /openapi.json');
    return 'The console, and /openapi.json.';
  },
};

/** What can be seen without a run. */
export const REACH = {
  live,
  health,
  routes,
  'not-found': notFound,
  headers,
  credentials,
  sizes,
  pages,
} satisfies Record<string, SmokeCheck>;
