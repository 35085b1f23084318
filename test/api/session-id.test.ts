import { expect, it } from 'vitest';
import { type SessionRouteParts, sessionRoutes } from '../../lib/api/routes/session-routes.ts';
import { newTenant } from '../../lib/tenants/types.ts';

it.each(['%', '%zz', 'a%', '%E2%9A', '\u0000', 'a/b'])(
  'a session’s id that is none is 404, encoded or not: %j',
  async (sessionId) => {
    const routes = sessionRoutes({ openSessions: async () => ({}) } as unknown as SessionRouteParts);
    const principal = { tenantId: 'demo', tenant: newTenant('demo', 0) };
    const event = { pathParameters: { sessionId }, queryStringParameters: null, principal };
    const asked = async () => routes['/sessions/{sessionId}']?.['GET']?.(event as never);
    await expect(asked()).rejects.toMatchObject({ code: 'not-found' });
  },
);
