import { admin } from '../../functions/admin.ts';
import type { Administration } from '../../lib/administration/administration.ts';
import type { HttpEvent, HttpResponse } from '../../lib/http/types.ts';
import type { Clock } from '../../lib/kernel/clock.ts';
import { AppError } from '../../lib/kernel/errors.ts';
import { SCOPES } from '../../lib/kernel/forms/scopes.ts';
import { createIds } from '../../lib/kernel/ids/ids.ts';
import { safe } from '../../lib/kernel/redacted.ts';
import { createPrettyLog } from '../../lib/telemetry/terminal/pretty-log.ts';
import type { DefaultBudgets } from '../../lib/tenants/settings-schema.ts';
import { newTenant, type Principal } from '../../lib/tenants/types.ts';
import { createMatchRoute } from '../../local/match-route.ts';
import { assertDescribed } from '../openapi/described-fetch.ts';
import { fakeStage } from '../tenants/directories.ts';

/** The routes of the function, as a gateway knows them. */
export const ADMIN_ROUTES = [
  '/admin/tenants',
  '/admin/tenants/{tenantId}',
  '/admin/tenants/{tenantId}/keys',
  '/admin/tenants/{tenantId}/keys/{keyId}',
  '/admin/tenants/{tenantId}/users/{userId+}',
  '/admin/tenants/{tenantId}/webhook-secret',
  '/admin/tenants/{tenantId}/cache/invalidate',
  '/admin/circuits',
  '/admin/circuits/{name+}',
  '/admin/rests',
  '/admin/rests/{name+}',
  '/admin/alarms',
  '/admin/alarms/test',
  '/admin/audit',
];

const principal = (keyId: string, scopes: Principal['scopes']): Principal => {
  const keyLimits = { requestsPerMinute: null, dailyBudgetUsd: null };
  return { tenantId: 'admin', keyId, scopes, tenant: newTenant('admin', 0), keyLimits };
};

/** The key `good` may administer, `weak` may do all but that, any other is unknown. */
const authenticate = async (key: string): Promise<Principal> => {
  if (key === 'good') return principal('key_good', SCOPES);
  if (key === 'weak')
    return principal(
      'key_weak',
      SCOPES.filter((scope) => scope !== 'admin'),
    );
  throw new AppError('unauthenticated', safe`The API key is not known or has expired.`);
};

export interface Asked {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** The function behind a gateway of its own: `ask('PUT /admin/tenants/acme', {...})`. */
export const adminFunction = (administration: Administration, clock: Clock, defaultBudgets?: DefaultBudgets) => {
  const lines: string[] = [];
  let births = 0;
  const handler = admin({
    clock,
    emit: () => undefined,
    flush: async () => undefined,
    ids: createIds(clock, (length) => new Uint8Array(length).fill((births += 1))),
    log: createPrettyLog('DEBUG', clock, (line) => lines.push(line)),
    authenticator: { authenticate },
    administration,
    ...(defaultBudgets ? { defaultBudgets } : {}),
  });
  const match = createMatchRoute(
    ADMIN_ROUTES.map((template) => ({
      definition: { name: 'admin' } as never,
      template,
      method: 'ANY',
      streaming: false,
    })),
  );
  const ask = async (line: string, body?: unknown, over: Partial<HttpEvent> = {}): Promise<Asked> => {
    const [httpMethod = '', target = ''] = line.split(' ');
    const [path = '', query = ''] = target.split('?');
    const { route, pathParameters } = match(httpMethod, path);
    const event = {
      httpMethod,
      path,
      pathParameters,
      resource: route.template,
      isBase64Encoded: false,
      headers: { 'x-api-key': 'good', 'content-type': 'application/json' },
      queryStringParameters: query === '' ? null : Object.fromEntries(new URLSearchParams(query)),
      body: body === undefined ? null : JSON.stringify(body),
      ...over,
    };
    const answer = (await handler(event as never, {} as never)) as HttpResponse;
    const text = answer.body as string;
    assertDescribed(event, { status: answer.statusCode, headers: answer.headers, text });
    const parsed = text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: answer.statusCode, headers: answer.headers, text, body: parsed };
  };
  return { ask, lines };
};

/** The function on a stage made by hand. */
export const adminOnFakes = (defaultBudgets?: DefaultBudgets) => {
  const stage = fakeStage();
  return { stage, ...adminFunction(stage.administration, stage.clock, defaultBudgets) };
};

/** The time at which the fake clock stands. */
export const NOON = '2026-11-20T12:00:00.000Z';

/** The paths at which a request was refused. */
export const refusals = ({ body }: Asked): string[] => (body['errors'] as { path: string }[]).map(({ path }) => path);
