import * as z from 'zod/mini';
import { describeIssues } from '../http/issues/describe-issue.ts';
import { header, type HttpEvent } from '../http/types.ts';
import { AppError } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';

/** After which event a watcher goes on, and by which field of the request it said so. */
export interface WatchStart {
  /** 0: from the beginning. */
  readonly after: number;
  readonly field: 'Last-Event-ID' | 'after';
}

/** Ids have ten digits at most. */
const MAX_ID = 9_999_999_999;

export const refusedStart = (field: string, message: Redacted): AppError =>
  new AppError('invalid-request', safe`The place to go on from is not valid; see errors.`, {
    issues: [{ path: field, message }],
  });

const query = z.strictObject({ after: z.optional(z.string()) });

const idIn = (text: string, field: WatchStart['field']): number => {
  if (!/^\d{1,10}$/.test(text)) throw refusedStart(field, safe`must be a whole number from 0 to ${MAX_ID}`);
  return Number(text);
};

/**
 * Reads `Last-Event-ID` and `?after=`. The header wins, because a browser that comes back sends it to the URL that it
 * began with. An empty header is none. Throws `invalid-request` for either where it is no id, and for any other parameter.
 */
export const watchStart = (event: Pick<HttpEvent, 'headers' | 'queryStringParameters'>): WatchStart => {
  const value = event.queryStringParameters ?? {};
  const parsed = z.safeParse(query, value);
  if (!parsed.success) {
    const issues = describeIssues(parsed.error.issues, { schema: query, value });
    throw new AppError('invalid-request', safe`The query is not valid; see errors.`, { issues });
  }
  const asked = parsed.data.after === undefined ? 0 : idIn(parsed.data.after, 'after');
  const last = header(event, 'last-event-id') ?? '';
  return last === ''
    ? { after: asked, field: 'after' }
    : { after: idIn(last, 'Last-Event-ID'), field: 'Last-Event-ID' };
};
