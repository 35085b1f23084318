import type { UserNames } from '../../end-users/names.ts';
import { AppError } from '../../kernel/errors.ts';
import { pseudonymOf, usersOf } from '../../kernel/ids/pseudonym.ts';
import { nearestName, withHint } from '../../kernel/nearest-name.ts';
import { safe } from '../../kernel/redacted.ts';
import { RUN_STATUSES, type RunList, type RunQuery, type RunStatus } from '../../runs/types.ts';
import { summaryView } from '../../runs/views.ts';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;
const MAX_TEXT_CHARS = 256;

const isStatus = (text: string): text is RunStatus => (RUN_STATUSES as readonly string[]).includes(text);

const NAMES = ['status', 'agent', 'userId', 'sessionId', 'from', 'to', 'limit', 'cursor'] as const;
type Name = (typeof NAMES)[number];

const refused = (path: string, message: ReturnType<typeof safe>): AppError =>
  new AppError('invalid-request', safe`The query is not valid; see errors.`, { issues: [{ path, message }] });

const DAY = /^\d{4}-\d\d-\d\d$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?Z$/;
const DAY_MS = 86_400_000;

/** `Date.parse` takes the 30th of February as a day of March. */
const isOfDay = (at: number, text: string): boolean =>
  !Number.isNaN(at) && new Date(at).toISOString().startsWith(text.slice(0, 10));

/** A day (UTC), or an instant; `to` takes the whole day in. */
const instantIn = (name: 'from' | 'to', text: string): number => {
  const at = DAY.test(text) || INSTANT.test(text) ? Date.parse(text) : NaN;
  if (!isOfDay(at, text))
    throw refused(name, safe`must be a day like 2026-11-20 or an instant like 2026-11-20T12:00:00Z`);
  return name === 'to' && DAY.test(text) ? at + DAY_MS : at;
};

const limitIn = (text: string): number => {
  const limit = /^[1-9]\d{0,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw refused('limit', safe`must be a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
};

/** Reads the query of `GET /agent/runs`. Throws `invalid-request` at the parameter that is wrong. */
export const readRunQuery = (query: Readonly<Record<string, string | undefined>> | null): RunQuery => {
  const given = Object.entries(query ?? {}).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const unknown = given.find(([name]) => !NAMES.includes(name as Name))?.[0];
  if (unknown !== undefined)
    throw refused(unknown.slice(0, 200), withHint(safe`is not a known parameter`, nearestName(unknown, NAMES)));
  const wrong = given.find(([, text]) => text === '' || text.length > MAX_TEXT_CHARS * 4)?.[0];
  if (wrong !== undefined) throw refused(wrong, safe`must be 1 to ${MAX_TEXT_CHARS} characters`);
  const { status, agent, userId, sessionId, from, to, limit, cursor } = Object.fromEntries(given);
  if (status !== undefined && !isStatus(status))
    throw refused('status', withHint(safe`must be a status of a run`, nearestName(status, RUN_STATUSES)));
  return {
    ...(status === undefined ? {} : { status }),
    ...(agent === undefined ? {} : { agent }),
    ...(userId === undefined ? {} : { userId: pseudonymOf(userId) }),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(from === undefined ? {} : { from: instantIn('from', from) }),
    ...(to === undefined ? {} : { to: instantIn('to', to) }),
    limit: limit === undefined ? DEFAULT_LIMIT : limitIn(limit),
    cursor: cursor ?? null,
  };
};

export interface RunListParts {
  readonly runs: RunList;
  readonly findUserNames: UserNames['find'];
}

/** The body of `GET /agent/runs`. */
export const listRuns = async (
  { runs, findUserNames }: RunListParts,
  tenantId: string,
  query: Readonly<Record<string, string | undefined>> | null,
) => {
  const page = await runs.list(tenantId, readRunQuery(query));
  const names = await findUserNames(tenantId, usersOf(page.runs));
  return { runs: page.runs.map((run) => summaryView(run, names)), nextCursor: page.nextCursor };
};
