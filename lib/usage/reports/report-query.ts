import * as z from 'zod/mini';
import { describeIssues } from '../../http/issues/describe-issue.ts';
import type { HttpEvent } from '../../http/types.ts';
import { AppError, type FieldIssue } from '../../kernel/errors.ts';
import { bookedNameIn } from '../../kernel/ids/pseudonym.ts';
import { type Redacted, safe } from '../../kernel/redacted.ts';
import { type GroupBy, type Grouping, METADATA } from './cells.ts';
import { dayOf, DIMENSIONS } from './dimensions.ts';
import type { CallFilter } from './gateway-calls.ts';
import { DAY_MS, rangeOfDays, type TimeRange } from './time-range.ts';

/** A year and a day: what rollups answer within seconds. */
const MAX_DAYS = 366;
const MAX_LIMIT = 10_000;
const DEFAULT_LIMIT = 1_000;

/** What a report is asked for, whole. */
export interface ReportQuery<By> {
  readonly range: TimeRange;
  readonly groupBy: By;
  readonly limit: number;
  readonly cursor: string | null;
  readonly csv: boolean;
}

export type UsageQuery = ReportQuery<Grouping | 'tool'>;

/** Over all tenants, or of one, which has the groups that it would get itself. */
export interface AdminQuery extends ReportQuery<Grouping | 'tenant'> {
  readonly tenant: string | null;
}

/** Alone or two at once, and `metadata.<name>` like them. */
const GROUPS: readonly string[] = [...DIMENSIONS, 'month', 'session'];
/** Over all tenants. */
const ADMIN_GROUPS: readonly string[] = ['tenant', 'day', 'month', 'model'];

/** The words of a refusal. */
export const says = (message: Redacted) => ({ params: { says: message } });

const isDay = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)) && dayOf(Date.parse(text)) === text;
const isLimit = (text: string): boolean => /^[1-9]\d{0,4}$/.test(text) && Number(text) <= MAX_LIMIT;

const day = z.optional(z.string().check(z.refine(isDay, says(safe`must be a day like 2026-11-20`))));
const paging = {
  limit: z.optional(z.string().check(z.refine(isLimit, says(safe`must be a whole number from 1 to ${MAX_LIMIT}`)))),
  cursor: z.optional(z.string()),
  format: z.optional(z.enum(['json', 'csv'])),
};

const isGroup = (name: string): name is GroupBy =>
  GROUPS.includes(name) || (name.startsWith(METADATA) && name.length > METADATA.length);

/** `model`, `metadata.team`, or two of them as `model,user`; `null`: it is none. */
const groupingOf = (text: string): Grouping | null => {
  const [first, second, ...more] = text.split(',');
  if (first === undefined || !isGroup(first) || more.length > 0 || first === second) return null;
  if (second === undefined) return [first];
  return isGroup(second) ? [first, second] : null;
};
const USAGE_SAYS = safe`must be tool, or one or two of day, month, model, agent, key, user, session and metadata.<name>, like model,user`;
const ADMIN_SAYS = safe`must be tenant, day, month or model; with a tenant, one or two of the groups of GET /usage`;

const usageQuery = z.strictObject({
  from: day,
  to: day,
  groupBy: z.optional(z.string().check(z.refine((by) => by === 'tool' || groupingOf(by) !== null, says(USAGE_SAYS)))),
  ...paging,
});
const adminQuery = z.strictObject({
  from: day,
  to: day,
  groupBy: z.optional(z.string()),
  ...paging,
  tenant: z.optional(
    z.string().check(z.refine((id) => /^[a-z0-9-]{1,64}$/.test(id), says(safe`must be a tenant's id`))),
  ),
});

const MAX_CALLS = 200;
const isCalls = (text: string): boolean => /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MAX_CALLS;
const short = (most: number) =>
  z.optional(
    z
      .string()
      .check(z.refine((text) => text.length > 0 && text.length <= most, says(safe`must be 1 to ${most} characters`))),
  );
const callsQuery = z.strictObject({
  model: short(128),
  keyId: short(128),
  userId: short(256),
  answered: z.optional(
    z.string().check(z.refine((text) => text === 'true' || text === 'false', says(safe`must be true or false`))),
  ),
  limit: z.optional(z.string().check(z.refine(isCalls, says(safe`must be a whole number from 1 to ${MAX_CALLS}`)))),
  cursor: z.optional(z.string()),
});

type Query = HttpEvent['queryStringParameters'];

const refused = (issues: readonly FieldIssue[]): AppError =>
  new AppError('invalid-request', safe`The query is not valid; see errors.`, { issues });

/** A query by its schema. Throws `invalid-request` that names each wrong parameter. */
export const parsed = <Schema extends z.core.$ZodType>(schema: Schema, query: Query): z.core.output<Schema> => {
  const value = query ?? {};
  const result = z.safeParse(schema, value);
  if (!result.success) throw refused(describeIssues(result.error.issues, { schema, value }));
  return result.data;
};

/** What `GET /usage/calls` is asked for. */
export interface CallsQuery {
  readonly limit: number;
  readonly cursor: string | null;
  readonly filter: CallFilter;
}

/** The query of `GET /usage/calls`. Throws `invalid-request` that names each wrong parameter. */
export const readCallsQuery = (query: Query): CallsQuery => {
  const { limit = '50', cursor = null, model, keyId, userId, answered } = parsed(callsQuery, query);
  return {
    limit: Number(limit),
    cursor,
    filter: {
      ...(model === undefined ? {} : { model }),
      ...(keyId === undefined ? {} : { keyId }),
      // As answers show them: the pseudonym where nobody knows the name any more.
      ...(userId === undefined ? {} : { user: bookedNameIn(userId) }),
      ...(answered === undefined ? {} : { answered: answered === 'true' }),
    },
  };
};

/** From the first of this month to today, unless told otherwise. */
const rangeOf = ({ from, to }: { from?: string | undefined; to?: string | undefined }, now: number): TimeRange => {
  const last = to ?? dayOf(now);
  const range = rangeOfDays(from ?? `${last.slice(0, 7)}-01`, last);
  if (range.to <= range.from) throw refused([{ path: 'from', message: safe`must not be after to` }]);
  if (range.to - range.from > MAX_DAYS * DAY_MS)
    throw refused([{ path: 'from', message: safe`must be at most ${MAX_DAYS} days before to, both included` }]);
  return range;
};

interface Paging {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
  readonly format?: 'json' | 'csv' | undefined;
}

/** What the query says of the format wins over what the headers do. */
const pagingOf = ({ limit, cursor, format }: Paging, wantsCsv: boolean) => {
  const csv = format === undefined ? wantsCsv : format === 'csv';
  return {
    limit: limit === undefined ? (csv ? MAX_LIMIT : DEFAULT_LIMIT) : Number(limit),
    cursor: cursor ?? null,
    csv,
  };
};

/** Reads the query of `GET /usage`; `wantsCsv`: by its headers. CSV has as many groups as one answer may hold, unless a limit is named. Throws `invalid-request`. */
export const readUsageQuery = (query: Query, now: number, wantsCsv: boolean): UsageQuery => {
  const { groupBy = 'day', ...rest } = parsed(usageQuery, query);
  const grouping = groupingOf(groupBy) ?? 'tool';
  return { range: rangeOf(rest, now), groupBy: grouping, ...pagingOf(rest, wantsCsv) };
};

/** Reads the query of `GET /admin/usage`, as `readUsageQuery` does. */
export const readAdminQuery = (query: Query, now: number, wantsCsv: boolean): AdminQuery => {
  const { groupBy = 'tenant', tenant = null, ...rest } = parsed(adminQuery, query);
  const grouping = groupBy === 'tenant' ? groupBy : groupingOf(groupBy);
  if (grouping === null || (tenant === null && !ADMIN_GROUPS.includes(groupBy)))
    throw refused([{ path: 'groupBy', message: ADMIN_SAYS }]);
  return { range: rangeOf(rest, now), groupBy: grouping, tenant, ...pagingOf(rest, wantsCsv) };
};

/** For paths that take no query: refuses every parameter. */
export const refuseQuery = (query: Query): void => void parsed(z.strictObject({}), query);
