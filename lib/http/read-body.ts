import * as z from 'zod/mini';
import { AppError } from '../kernel/errors.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';
import { countIssues, describeIssues, invalidFields } from './issues/describe-issue.ts';
import { jsonErrorAt, placeOf } from './issues/json-place.ts';
import { header, type HttpEvent } from './types.ts';
import { checkWellFormed } from './well-formed.ts';

const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
/** Each charset that is named; more than one only where somebody tries to be read in two ways. */
const CHARSET = /;\s*charset\s*=\s*"?([^\s";]*)"?/gi;
/** ASCII is a part of UTF-8. */
const UTF_8 = /^(?:utf-?8|us-ascii|ascii)$/i;

const isJson = (type: string): boolean =>
  JSON_TYPE.test(type) && [...type.matchAll(CHARSET)].every(([, name = '']) => UTF_8.test(name));

const refused = (message: Redacted, reason: Redacted, cause?: unknown): AppError =>
  new AppError('invalid-request', message, { cause, issues: [{ path: '', message: reason }] });

/** The body as text; bytes that are no UTF-8 come from the gateway as base64 and are refused here. */
export const bodyText = ({ body, isBase64Encoded }: HttpEvent): string => {
  if (body === null || body === '') throw refused(safe`The request needs a JSON body.`, safe`is empty`);
  if (!isBase64Encoded) return body;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from(body, 'base64'));
  } catch (cause) {
    throw refused(safe`The body is not valid UTF-8.`, safe`is not UTF-8`, cause);
  }
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = jsonErrorAt(text) ?? 0;
    const { line, column } = placeOf(text, at);
    const message =
      at === text.length
        ? safe`The body is not valid JSON: it ends too early, at line ${line}, column ${column}.`
        : safe`The body is not valid JSON at line ${line}, column ${column}.`;
    throw refused(message, safe`is not JSON`, cause);
  }
};

/**
 * A body as it came, and what it parses to. Throws `unsupported-media-type` or `invalid-request`; neither quotes what
 * was sent.
 */
export const readJson = (event: HttpEvent): { readonly text: string; readonly value: unknown } => {
  // API Gateway too takes a missing content type for JSON.
  const type = header(event, 'content-type');
  const encoding = header(event, 'content-encoding') ?? '';
  // API Gateway hands packed bytes over as broken text, so that they could not be unpacked there.
  if (!/^\s*(?:identity\s*)?$/i.test(encoding))
    throw new AppError('unsupported-media-type', safe`Send the body as it is: no content-encoding (gzip, br) is read.`);
  if (type !== undefined && type !== '' && !isJson(type))
    throw new AppError('unsupported-media-type', safe`Send the body as application/json in UTF-8.`);
  const text = bodyText(event);
  return { text, value: parse(text) };
};

const parsedBy = <Schema extends z.core.$ZodType>(schema: Schema, value: unknown) => {
  try {
    return z.safeParse(schema, value);
  } catch (cause) {
    // Zod hands the issues of what is inside on as arguments, of which a call can take some hundred thousand.
    if (!(cause instanceof RangeError)) throw cause;
    throw refused(safe`The body has invalid fields.`, safe`has more invalid fields than can be counted`, cause);
  }
};

/** A value as the schema understands it. Throws `invalid-request` that names each wrong field and its bound. */
export const checkedBy = <Schema extends z.core.$ZodType>(schema: Schema, value: unknown): z.core.output<Schema> => {
  const parsed = parsedBy(schema, value);
  if (parsed.success) return parsed.data;
  const issues = describeIssues(parsed.error.issues, { schema, value });
  const count = countIssues(parsed.error.issues);
  throw new AppError('invalid-request', safe`The body has ${invalidFields(count)}; see errors.`, { issues });
};

/** The body as the schema understands it, without half of a surrogate pair anywhere. */
export const readBody = <Schema extends z.core.$ZodType>(event: HttpEvent, schema: Schema): z.core.output<Schema> => {
  const { text, value } = readJson(event);
  const checked = checkedBy(schema, value);
  checkWellFormed(text, value);
  return checked;
};
