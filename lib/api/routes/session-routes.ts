import * as z from 'zod/mini';
import type { UserNames } from '../../end-users/names.ts';
import { decodedOnce } from '../../http/decoded-once.ts';
import { describeIssues } from '../../http/issues/describe-issue.ts';
import { jsonResponse } from '../../http/response/json-response.ts';
import type { Routes } from '../../http/routes.ts';
import type { HttpEvent } from '../../http/types.ts';
import { endUserOf } from '../../identity/end-user.ts';
import { AppError } from '../../kernel/errors.ts';
import type { Ids } from '../../kernel/ids/ids.ts';
import { pseudonymOrNull, usersOf } from '../../kernel/ids/pseudonym.ts';
import { safe } from '../../kernel/redacted.ts';
import type { Catalog } from '../../run/catalog.ts';
import { sessionGuard } from '../../run/redaction/run-guard.ts';
import type { EraseSession } from '../../run/sessions/erase-session.ts';
import { noSession } from '../../run/sessions/session-errors.ts';
import { listView, sessionView } from '../../run/sessions/session-views.ts';
import type { Sessions } from '../../run/sessions/sessions.ts';
import type { SessionKey } from '../../sessions/types.ts';
import { attributeStored } from '../../telemetry/context/tally-work.ts';
import type { WorkContext } from '../../telemetry/context/work-context.ts';
import type { Principal } from '../../tenants/types.ts';

export interface SessionRouteParts {
  readonly openSessions: () => Promise<Sessions>;
  readonly eraseSession: EraseSession;
  readonly ids: Ids;
  readonly catalog: Pick<Catalog, 'lookUp'>;
  readonly findUserNames: UserNames['find'];
}

type Request = HttpEvent & { readonly principal: Principal; readonly workContext?: WorkContext | undefined };

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

const says = { params: { says: safe`must be a whole number from 1 to ${MAX_LIMIT}` } };
const isLimit = (text: string): boolean => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAX_LIMIT;

const listQuery = z.strictObject({
  limit: z.optional(z.string().check(z.refine(isLimit, says))),
  cursor: z.optional(z.string()),
});

const oneQuery = z.strictObject({ userId: z.optional(z.string().check(z.minLength(1), z.maxLength(256))) });

const queryOf = <T extends z.ZodMiniType>(schema: T, { queryStringParameters }: HttpEvent): z.output<T> => {
  const value = queryStringParameters ?? {};
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const issues = describeIssues(parsed.error.issues, { schema, value });
  throw new AppError('invalid-request', safe`The query is not valid; see errors.`, { issues });
};

const SESSION_ID = /^[A-Za-z0-9._:-]{1,128}$/;

/** Without `userId` it is the session of the token's subject, or the one that belongs to no end user. */
const keyIn = (event: Request): SessionKey => {
  const userId = pseudonymOrNull(endUserOf(queryOf(oneQuery, event).userId, event.principal));
  attributeStored(event.workContext, { userId });
  // The gateway may have decoded it already: then a percent sign is one.
  const sessionId = decodedOnce(event.pathParameters?.['sessionId'] ?? '');
  if (sessionId === null || !SESSION_ID.test(sessionId)) throw noSession();
  return { tenantId: event.principal.tenantId, userId, sessionId };
};

/** The sessions of the caller's own tenant; another tenant's are not there. */
export const sessionRoutes = ({
  openSessions,
  eraseSession,
  ids,
  catalog,
  findUserNames,
}: SessionRouteParts): Routes<Request> => ({
  '/sessions': {
    GET: async (event) => {
      const { limit, cursor = null } = queryOf(listQuery, event);
      const { store } = await openSessions();
      const page = { limit: limit === undefined ? DEFAULT_LIMIT : Number(limit), cursor };
      const { tenantId } = event.principal;
      const listed = await store.list(tenantId, page);
      return jsonResponse(listView(listed, await findUserNames(tenantId, usersOf(listed.sessions))));
    },
  },
  '/sessions/{sessionId}': {
    async GET(event) {
      const view = await sessionView(await openSessions(), keyIn(event), findUserNames);
      const guard = await sessionGuard(event.principal.tenant, catalog, view.agent);
      const turns = view.turns.map((turn) => ({ ...turn, content: guard.text(turn.content) }));
      return jsonResponse({ ...view, turns });
    },
    DELETE: async (event) => {
      await eraseSession(keyIn(event), ids.request());
      return { statusCode: 204, headers: { 'cache-control': 'no-store' }, body: '' };
    },
  },
});
