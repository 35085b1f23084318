import type { HttpEvent } from '../http/types.ts';
import { type Redacted, safe } from '../kernel/redacted.ts';

/** By the part of the path that says it, the first that fits; wherever the API is mounted. */
const REASONS: readonly (readonly [RegExp, Redacted])[] = [
  [
    /^\/v1\/v1(?:\/|$)/,
    safe`The path has /v1 twice: the client adds it by itself, so set its base URL to Ballast's without /v1.`,
  ],
  [/^\/v1\/messages\/batches(?:\/|$)/, safe`Message batches are not offered: send each request to /v1/messages.`],
  [/^\/v1\/files(?:\/|$)/, safe`Files are not offered: put their content into the message, as text or base64.`],
  [/^\/v1\//, safe`This path is not offered: there are /v1/messages, /v1/messages/count_tokens and /v1/models.`],
];

const WITHOUT_VERSION = safe`The path lacks /v1: the client does not add it, so set its base URL to Ballast's with /v1 at its end.`;

/** What a client of the Anthropic API hears of a path that is none here: why, and the way out. */
export const whyNotOffered = ({ resource, pathParameters }: HttpEvent): Redacted => {
  // Of a path of its own the API may be mounted below, its template knows nothing.
  const path = resource.replace('{proxy+}', pathParameters?.['proxy'] ?? '');
  return REASONS.find(([pattern]) => pattern.test(path))?.[1] ?? WITHOUT_VERSION;
};
