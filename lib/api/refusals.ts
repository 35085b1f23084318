import { PROBLEMS } from '../http/response/problem.ts';
import type { ErrorCode } from '../kernel/errors.ts';
import { reference } from './json-schema.ts';
import type { Json } from './operation.ts';
import { refusalExamples } from './refusal-examples.ts';

/** In which form an operation refuses: that of the Anthropic API under `/v1`. */
type Form = 'problem' | 'anthropic';

/** What the provider says of a client's own request keeps its status where it is one of these, and its words. */
const PASSED_ON = ['408', '409', '422'];

/** What may be answered to any request, also by the gateway before a function sees it. */
export const ANY = [
  'invalid-request',
  'forbidden',
  'payload-too-large',
  'rate-limited',
  'headers-too-large',
  'internal',
  'upstream-timeout',
] as const;
/** Of an operation that needs a credential. */
export const KEYED = ['unauthenticated', 'store-unavailable'] as const;
/** Of one that takes a body. */
export const BODY = ['unsupported-media-type'] as const;
/** Of one that is about something that may not be there. */
export const FOUND = ['not-found'] as const;
/** Of one with an `Idempotency-Key`. */
export const CLAIMED = ['idempotency-in-progress', 'idempotency-key-reused', 'run-conflict'] as const;
/** Of one that asks the provider. */
export const ASKING = ['upstream-error', 'upstream-overloaded', 'circuit-open'] as const;
/** Of one that pays for an answer. */
export const PAYING = ['budget-exceeded', 'unpriced-model', 'unpriced-feature', ...ASKING] as const;

/** The codes of an operation, by the status that each has. */
const byStatus = (codes: readonly ErrorCode[]): [string, ErrorCode[]][] =>
  Object.entries(
    Object.groupBy(
      (Object.keys(PROBLEMS) as ErrorCode[]).filter((code) => codes.includes(code)),
      (code) => PROBLEMS[code].status,
    ),
  ) as [string, ErrorCode[]][];

const nameOf = (form: Form, codes: readonly ErrorCode[]): string =>
  [...(form === 'anthropic' ? ['v1'] : []), ...codes].join('.');

/** The refusals of an operation as it refers to them: one response for each status. */
export const refusalsOf = (form: Form, codes: readonly ErrorCode[]): Json => {
  const passedOn = form === 'anthropic' && codes.includes('upstream-error') ? PASSED_ON : [];
  return {
    ...Object.fromEntries(passedOn.map((status) => [status, { $ref: '#/components/responses/v1.passed-on' }])),
    ...Object.fromEntries(
      byStatus(codes).map(([status, own]) => [status, { $ref: `#/components/responses/${nameOf(form, own)}` }]),
    ),
  };
};

const says = (codes: readonly ErrorCode[]): string =>
  codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('. ');

/** Where waiting may help, an answer says for how long. */
const WAITABLE: ReadonlySet<ErrorCode> = new Set([
  'budget-exceeded',
  'rate-limited',
  'idempotency-in-progress',
  'run-conflict',
  'circuit-open',
  'store-unavailable',
  'upstream-overloaded',
]);

const headersOf = (codes: readonly ErrorCode[]): Json => ({
  'request-id': { $ref: '#/components/headers/RequestId' },
  ...(codes.includes('unauthenticated') ? { 'www-authenticate': { $ref: '#/components/headers/Challenge' } } : {}),
  ...(codes.some((code) => WAITABLE.has(code)) ? { 'retry-after': { $ref: '#/components/headers/RetryAfter' } } : {}),
});

const contentOf = (form: Form, codes: readonly ErrorCode[]): Json =>
  form === 'anthropic'
    ? { 'application/json': { schema: reference('AnthropicError'), examples: refusalExamples(form, codes) } }
    : {
        'application/problem+json': {
          schema: { allOf: [reference('Problem'), { type: 'object', properties: { code: { enum: codes } } }] },
          examples: refusalExamples(form, codes),
        },
      };

/** The responses that those refer to, by name. */
export const refusalResponses = (form: Form, operations: Iterable<readonly ErrorCode[]>): Json => {
  const groups = [...operations].flatMap((codes) => byStatus(codes).map(([, own]) => own));
  const described = groups.map((codes) => [
    nameOf(form, codes),
    { description: says(codes), headers: headersOf(codes), content: contentOf(form, codes) },
  ]);
  const passedOn = {
    description: 'Refused by the provider',
    headers: headersOf([]),
    content: contentOf(form, ['upstream-error']),
  };
  return {
    ...(Object.fromEntries(described) as Json),
    ...(form === 'anthropic' ? { 'v1.passed-on': passedOn } : {}),
  };
};
