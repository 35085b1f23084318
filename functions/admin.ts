import middy, { type MiddlewareObj } from '@middy/core';
import type * as z from 'zod/mini';
import { app, type App } from '../lib/app.ts';
import { administrationOf } from '../lib/assembly/administration.ts';
import { jsonResponse } from '../lib/http/json-response.ts';
import type { HttpResponse } from '../lib/http/types.ts';
import type { Clock } from '../lib/kernel/clock.ts';
import { AppError } from '../lib/kernel/errors.ts';
import { safe } from '../lib/kernel/redacted.ts';
import { authenticated, type Authenticated } from '../lib/middleware/authenticated.ts';
import { allowedMethods } from '../lib/middleware/allowed-methods.ts';
import { observed, type Observed, type ObservedOptions } from '../lib/middleware/observed.ts';
import { problemJson } from '../lib/middleware/problem-json.ts';
import { validatedBody, type Validated } from '../lib/middleware/validated-body.ts';
import type { Administration } from '../lib/tenants/administration.ts';
import { circuitRequestSchema } from '../lib/tenants/circuit-schema.ts';
import { keyRequestSchema, keySettingsOf } from '../lib/tenants/key-schema.ts';
import { pageOfAudit, pageOfTenants, pageRequest } from '../lib/tenants/pages.ts';
import { settingsOf, settingsSchema } from '../lib/tenants/settings-schema.ts';
import { checkedTenantId } from '../lib/tenants/tenant-id.ts';
import { auditView, circuitView, keyView, tenantView } from '../lib/tenants/views.ts';

type Parts = ObservedOptions & Pick<App, 'authenticator'> & { readonly administration: Administration };
type Event = Observed &
  Authenticated & {
    /** The route's template, as API Gateway matched it. */
    readonly resource: string;
    readonly administration: Administration;
  };
type Route<Input extends Event = Event> = (event: Input, context: never) => Promise<HttpResponse>;
/** By resource and method. */
type Routes = Readonly<Record<string, Readonly<Record<string, Route>>>>;

const tenantIn = ({ pathParameters }: Event): string => checkedTenantId(pathParameters?.['tenantId'] ?? '');
const keyIn = ({ pathParameters }: Event): string => pathParameters?.['keyId'] ?? '';
/** The gateway may hand over the name's slash still encoded. */
const circuitIn = ({ pathParameters }: Event): string => (pathParameters?.['name'] ?? '').replaceAll(/%2f/gi, '/');
const actorOf = ({ principal: { tenantId, keyId } }: Event) => ({ tenantId, keyId });
const noContent: HttpResponse = { statusCode: 204, headers: { 'cache-control': 'no-store' }, body: '' };

/** A route with a body: read inside of what every route has, so that the credential and its scope come first. */
const withBody = <Schema extends z.core.$ZodType>(
  schema: Schema,
  act: Route<Event & Validated<z.core.output<Schema>>>,
): Route => middy(act as never, { timeoutEarlyInMillis: 0 }).use(validatedBody(schema)) as unknown as Route;

const routesOf = (clock: Clock): Routes => ({
  '/admin/tenants': {
    GET: async ({ administration: { tenants }, queryStringParameters }) =>
      jsonResponse(await pageOfTenants(tenants.list(), pageRequest(queryStringParameters), tenantView)),
  },
  '/admin/tenants/{tenantId}': {
    GET: async (event) => jsonResponse(tenantView(await event.administration.tenants.find(tenantIn(event)))),
    PUT: withBody(settingsSchema, async (event) => {
      const tenantId = tenantIn(event);
      const { tenants } = event.administration;
      return jsonResponse(tenantView(await tenants.put(tenantId, settingsOf(event.input, tenantId), actorOf(event))));
    }),
  },
  '/admin/tenants/{tenantId}/keys': {
    GET: async (event) => jsonResponse({ keys: (await event.administration.keys.list(tenantIn(event))).map(keyView) }),
    POST: withBody(
      keyRequestSchema(() => clock.now()),
      async (event) => {
        const { keys } = event.administration;
        const { key, stored } = await keys.create(tenantIn(event), keySettingsOf(event.input), actorOf(event));
        return jsonResponse({ ...keyView(stored), key }, 201);
      },
    ),
  },
  '/admin/tenants/{tenantId}/keys/{keyId}': {
    DELETE: async (event) => {
      await event.administration.keys.revoke(tenantIn(event), keyIn(event), actorOf(event));
      return noContent;
    },
  },
  '/admin/tenants/{tenantId}/cache/invalidate': {
    POST: async (event) => {
      const tenantId = tenantIn(event);
      await event.administration.tenants.invalidateCache(tenantId, actorOf(event));
      return jsonResponse({ tenantId }, 202);
    },
  },
  '/admin/circuits': {
    GET: async ({ administration: { circuits } }) =>
      jsonResponse({ circuits: (await circuits.list()).map(circuitView) }),
  },
  '/admin/circuits/{name+}': {
    PUT: withBody(circuitRequestSchema, async (event) => {
      const { circuits } = event.administration;
      return jsonResponse(circuitView(await circuits.set(circuitIn(event), event.input.state, actorOf(event))));
    }),
  },
  '/admin/audit': {
    GET: async ({ administration: { audit }, queryStringParameters }) =>
      jsonResponse(await pageOfAudit(audit, pageRequest(queryStringParameters, 20, 100), auditView)),
  },
});

const methodsOf = (routes: Routes, { resource }: Event): Readonly<Record<string, Route>> => {
  const own = routes[resource];
  if (own === undefined) throw new AppError('not-found', safe`There is nothing here.`);
  return own;
};

/** The routes under `/admin` but `/admin/usage`, for keys with the scope `admin`. */
export const admin = (parts: Parts) => {
  const routes = routesOf(parts.clock);
  const known: MiddlewareObj<Event> = {
    before: (request) => void allowedMethods(...Object.keys(methodsOf(routes, request.event))).before?.(request),
  };
  const prepared: MiddlewareObj<Event> = {
    before: (request) => {
      request.event = { ...request.event, administration: parts.administration };
    },
  };
  return middy(observed(parts, 'admin'))
    .use(problemJson())
    .use(known)
    .use(authenticated(parts.authenticator, 'admin'))
    .use(prepared)
    .handler((event: Event, context) => methodsOf(routes, event)[event.httpMethod]?.(event, context as never));
};

export const handler = admin({ ...app, administration: administrationOf(app) });
