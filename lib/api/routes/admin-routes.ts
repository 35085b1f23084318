import { circuitRequestSchema } from '../../administration/administer-circuits.ts';
import type { Administration } from '../../administration/administration.ts';
import { pageOfAudit, pageOfTenants, pageRequest } from '../../administration/pages.ts';
import { auditView, circuitView, keyView, restView, tenantView } from '../../administration/views.ts';
import { decodedOnce } from '../../http/decoded-once.ts';
import { readSmallBody } from '../../http/read-small-body.ts';
import { etagOf, matchesEtag } from '../../http/response/etag.ts';
import { jsonResponse } from '../../http/response/json-response.ts';
import type { Routes } from '../../http/routes.ts';
import { type HttpEvent, type HttpResponse, listHeader } from '../../http/types.ts';
import { actorOf } from '../../identity/end-user.ts';
import type { Clock } from '../../kernel/clock.ts';
import { attributeWork } from '../../telemetry/context/tally-work.ts';
import type { WorkContext } from '../../telemetry/context/work-context.ts';
import { keyRequestSchema, keySettingsOf } from '../../tenants/key-schema.ts';
import { type DefaultBudgets, namedSettings, settingsOf, settingsSchema } from '../../tenants/settings-schema.ts';
import { checkedTenantId } from '../../tenants/tenant-id.ts';
import type { Actor, Principal, Tenant } from '../../tenants/types.ts';

interface Request extends HttpEvent {
  readonly principal: Principal;
  readonly workContext?: WorkContext | undefined;
}

const tenantIn = ({ pathParameters }: Request): string => checkedTenantId(pathParameters?.['tenantId'] ?? '');
const keyIn = ({ pathParameters }: Request): string => pathParameters?.['keyId'] ?? '';
/** The gateway may hand over the slashes of a circuit's or a rest's name still encoded. */
const nameIn = ({ pathParameters }: Request): string => (pathParameters?.['name'] ?? '').replaceAll(/%2f/gi, '/');
const BEFORE_USER = /^.*?\/admin\/tenants\/[^/]*\/users\//;
/** A user id may hold anything, so whether the gateway has decoded it is seen by what was sent. */
const userIn = ({ pathParameters, path }: Request): string => {
  const given = pathParameters?.['userId'] ?? '';
  const sent = path.replace(BEFORE_USER, '');
  return sent !== given && decodedOnce(sent) === given ? given : (decodedOnce(given) ?? given);
};
const by = ({ principal }: Request): Actor => actorOf(principal);
/** A tenant, with what an `If-Match` names it by. */
const tenantResponse = (tenant: Tenant): HttpResponse => {
  const response = jsonResponse(tenantView(tenant));
  return { ...response, headers: { ...response.headers, etag: etagOf(tenant.version) } };
};
const expectedBy = (request: Request) => (tenant: Tenant | null) =>
  matchesEtag(listHeader(request, 'if-match'), tenant && etagOf(tenant.version));
const noContent: HttpResponse = { statusCode: 204, headers: { 'cache-control': 'no-store' }, body: '' };

/** What administrators are answered; each change is made in the name of the key that asked for it. */
export const adminRoutes = (
  { tenants, users, keys, circuits, rests, alarms, showWebhookSecret, audit }: Administration,
  clock: Pick<Clock, 'now'>,
  budgets?: DefaultBudgets,
): Routes<Request> => ({
  '/admin/tenants': {
    GET: async ({ queryStringParameters }) =>
      jsonResponse(await pageOfTenants(tenants.list(), pageRequest(queryStringParameters), tenantView)),
  },
  '/admin/tenants/{tenantId}': {
    GET: async (request) => tenantResponse(await tenants.find(tenantIn(request))),
    PUT: async (request) => {
      const input = readSmallBody(request, settingsSchema);
      const tenantId = tenantIn(request);
      const asked = [settingsOf(input, tenantId, budgets), by(request), expectedBy(request)] as const;
      return tenantResponse(await tenants.put(tenantId, ...asked));
    },
    PATCH: async (request) => {
      const input = readSmallBody(request, settingsSchema);
      const tenantId = tenantIn(request);
      const asked = [namedSettings(input, tenantId), by(request), expectedBy(request)] as const;
      return tenantResponse(await tenants.patch(tenantId, ...asked));
    },
  },
  '/admin/tenants/{tenantId}/keys': {
    GET: async (request) => jsonResponse({ keys: (await keys.list(tenantIn(request))).map(keyView) }),
    POST: async (request) => {
      const input = readSmallBody(
        request,
        keyRequestSchema(() => clock.now()),
      );
      const { key, stored } = await keys.create(tenantIn(request), keySettingsOf(input), by(request));
      return jsonResponse({ ...keyView(stored), key }, 201);
    },
  },
  '/admin/tenants/{tenantId}/keys/{keyId}': {
    DELETE: async (request) => {
      await keys.revoke(tenantIn(request), keyIn(request), by(request));
      return noContent;
    },
  },
  '/admin/tenants/{tenantId}/users/{userId+}': {
    DELETE: async (request) => {
      const userId = userIn(request);
      attributeWork(request.workContext, { userId });
      return jsonResponse(await users.erase(tenantIn(request), userId, by(request)), 202);
    },
  },
  '/admin/tenants/{tenantId}/webhook-secret': {
    GET: async (request) => jsonResponse(await showWebhookSecret(tenantIn(request), by(request))),
  },
  '/admin/tenants/{tenantId}/cache/invalidate': {
    POST: async (request) => {
      const tenantId = tenantIn(request);
      await tenants.invalidateCache(tenantId, by(request));
      return jsonResponse({ tenantId }, 202);
    },
  },
  '/admin/circuits': {
    GET: async () => jsonResponse({ circuits: (await circuits.list()).map(circuitView) }),
  },
  '/admin/circuits/{name+}': {
    PUT: async (request) => {
      const asked = readSmallBody(request, circuitRequestSchema);
      return jsonResponse(circuitView(await circuits.set(nameIn(request), asked, by(request))));
    },
  },
  '/admin/rests': {
    GET: async () => jsonResponse({ rests: (await rests.list()).map(restView) }),
  },
  '/admin/rests/{name+}': {
    DELETE: async (request) => {
      await rests.end(nameIn(request), by(request));
      return noContent;
    },
  },
  '/admin/alarms': {
    GET: async () => jsonResponse(await alarms.list()),
  },
  '/admin/alarms/test': {
    POST: async (request) => jsonResponse({ targets: await alarms.test(by(request)) }),
  },
  '/admin/audit': {
    GET: async ({ queryStringParameters }) =>
      jsonResponse(await pageOfAudit(audit, pageRequest(queryStringParameters, 20, 100), auditView)),
  },
});
