import * as z from 'zod/mini';
import type { HttpEvent } from '../http/types.ts';
import type { ModelRequest, Wire } from '../model-call/provider.ts';
import { forwardedHeaders } from './forwarded-headers.ts';
import { readClientJson } from './json/read-client-json.ts';
import { spliceMembers } from './json/splice-json.ts';
import { modelName } from './questions/model-name.ts';

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Told of the first turn that is none, and no other: a body has room for millions. */
const turns = z.array(z.unknown()).check(
  z.minLength(1),
  z.check(({ value, issues }) => {
    const at = value.findIndex((turn) => !isObject(turn));
    if (at !== -1) issues.push({ code: 'invalid_type', expected: 'object', input: value[at], path: [at] });
  }),
);

const metadata = z.optional(z.nullable(z.looseObject({ user_id: z.optional(z.nullable(z.string())) })));

/** What Ballast has to understand of a body; all else is for the upstream to judge, and passes as it came. */
const schema = z.looseObject({
  model: modelName,
  // None at all fills the prompt cache.
  max_tokens: z.int().check(z.minimum(0)),
  messages: turns,
  stream: z.optional(z.nullable(z.boolean())),
  metadata,
});

/** What a client sent to `/v1/messages`. */
export interface ClientRequest {
  /** As the provider's types have it; members that they do not know are there as well. */
  readonly request: ModelRequest;
  readonly streams: boolean;
  /** The end user as the client names them (`metadata.user_id`). */
  readonly userId: string | null;
  readonly wire: Wire;
}

/** An end user's name longer than this is no name. */
const MAX_USER_CHARS = 256;

/** Of what a client says; `null`: nobody. Half of a surrogate pair could not be stored either. */
export const endUser = (userId: string | null | undefined): string | null =>
  userId && userId.length <= MAX_USER_CHARS && userId.isWellFormed() ? userId : null;

/** Reads a body. Throws `invalid-request` or `unsupported-media-type`; neither quotes what was sent. */
export const readClientRequest = (event: HttpEvent): ClientRequest => {
  const { text, value, checked } = readClientJson(event, schema);
  const { stream, metadata } = checked;
  // Not what the schema made of it: a changed member is told from the others by being another object.
  const parsed = value as Readonly<Record<string, unknown>>;
  const { stream: _, ...request } = parsed;
  return {
    request: request as unknown as ModelRequest,
    streams: stream === true,
    userId: endUser(metadata?.user_id),
    wire: {
      ...forwardedHeaders(event),
      bytes: Buffer.byteLength(text),
      bodyFor: (changed) => spliceMembers(text, parsed, changed),
    },
  };
};
