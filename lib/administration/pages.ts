import { readCursor, writeCursor } from '../kernel/cursor.ts';
import { AppError } from '../kernel/errors.ts';
import { nearestName, withHint } from '../kernel/nearest-name.ts';
import { safe } from '../kernel/redacted.ts';
import type { AuditEntry, AuditLog, Tenant } from '../tenants/types.ts';

/** A page ends before its JSON is this long: what Lambda may answer is 6 MB. */
const MAX_PAGE_CHARS = 2_000_000;
const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const MAX_CURSOR_CHARS = 1_024;

export interface PageRequest {
  readonly cursor: string | null;
  readonly limit: number;
}

type Query = Readonly<Record<string, string | undefined>> | null;

const refused = (path: string, message: ReturnType<typeof safe>): AppError =>
  new AppError('invalid-request', safe`The query is not valid; see errors.`, { issues: [{ path, message }] });

/** Reads `limit` and `cursor`. Throws `invalid-request` at either, or at any other parameter. */
export const pageRequest = (query: Query, fallback = DEFAULT_LIMIT, most = MAX_LIMIT): PageRequest => {
  const { cursor, limit, ...others } = query ?? {};
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw refused(
      unknown.slice(0, 200),
      withHint(safe`is not a known parameter`, nearestName(unknown, ['cursor', 'limit'])),
    );
  const asked = limit === undefined ? fallback : /^[1-9]\d{0,5}$/.test(limit) ? Number(limit) : 0;
  if (asked < 1 || asked > most) throw refused('limit', safe`must be a whole number from 1 to ${most}`);
  if (cursor !== undefined && (cursor === '' || cursor.length > MAX_CURSOR_CHARS))
    throw refused('cursor', safe`must be the nextCursor of an earlier answer`);
  return { cursor: cursor ?? null, limit: asked };
};

const TENANT_ID = /^[a-z0-9-]{1,64}$/;

const tenantIn = (cursor: string): string => {
  const tenantId = readCursor(cursor);
  if (tenantId === null || !TENANT_ID.test(tenantId))
    throw refused('cursor', safe`must be the nextCursor of an earlier answer`);
  return tenantId;
};

export interface TenantPage<View> {
  readonly tenants: readonly View[];
  /** `null`: there are no more. */
  readonly nextCursor: string | null;
}

/** Tenants by their ids, from the one after the cursor on, as many as asked for and as fit into an answer; at least one. */
export const pageOfTenants = async <View>(
  all: AsyncIterable<Tenant>,
  { cursor, limit }: PageRequest,
  viewOf: (tenant: Tenant) => View,
): Promise<TenantPage<View>> => {
  const after = cursor === null ? '' : tenantIn(cursor);
  const tenants: View[] = [];
  let last = '';
  let size = 0;
  for await (const tenant of all) {
    if (tenant.tenantId <= after) continue;
    const view = viewOf(tenant);
    size += JSON.stringify(view).length;
    if (tenants.length > 0 && (tenants.length === limit || size > MAX_PAGE_CHARS))
      return { tenants, nextCursor: writeCursor(last) };
    tenants.push(view);
    last = tenant.tenantId;
  }
  return { tenants, nextCursor: null };
};

export interface AuditPage<View> {
  readonly entries: readonly View[];
  readonly nextCursor: string | null;
}

/** Entries, newest first; fewer than asked for where they would not fit into an answer. */
export const pageOfAudit = async <View>(
  audit: Pick<AuditLog, 'list'>,
  request: PageRequest,
  viewOf: (entry: AuditEntry) => View,
): Promise<AuditPage<View>> => {
  const { entries, nextCursor } = await audit.list(request);
  const page = { entries: entries.map(viewOf), nextCursor };
  if (request.limit === 1 || JSON.stringify(page).length <= MAX_PAGE_CHARS) return page;
  return pageOfAudit(audit, { ...request, limit: Math.ceil(request.limit / 2) }, viewOf);
};
