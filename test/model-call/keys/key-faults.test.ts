import { describe, expect, it } from 'vitest';
import { diagnose } from '../../../lib/model-call/attempt/diagnose.ts';
import { ErrorEvent } from '../../../lib/model-call/attempt/read-event.ts';
import { keyFaultOf } from '../../../lib/model-call/keys/key-faults.ts';

const CREDIT =
  'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to upgrade or purchase credits.';
const LIMIT = 'You have reached your specified API usage limits. You will regain access on 2026-12-01 at 00:00 UTC.';

const invalid = (message: string) => ({ type: 'invalid_request_error', message });
/** As the SDK throws a refusal. */
const refused = (status: number, error: object, headers: Record<string, string> = {}) => ({
  status,
  headers: new Headers(headers),
  error: { type: 'error', error },
});

describe('a 400 is the account’s', () => {
  it.each([
    [CREDIT, 'unpaid'],
    [CREDIT.replace('Anthropic', 'Claude'), 'unpaid'],
    ['Your credit balance is too low.', 'unpaid'],
    [LIMIT, 'usage-limit'],
    [LIMIT.replace('API', 'workspace API'), 'usage-limit'],
    ['Your organization has reached its monthly spend limit.', 'usage-limit'],
    ['This organization has exceeded its usage limit. Please contact an administrator.', 'usage-limit'],
    ['This organization has been disabled.', 'disabled'],
    ['Your account has been disabled. Please contact support.', 'disabled'],
  ])('where it says: %s', (message, expected) => {
    expect(keyFaultOf(400, invalid(message))).toBe(expected);
  });

  it.each([
    ['organization_on_hold', 400, 'disabled'],
    ['cmek_key_disabled', 400, 'disabled'],
    ['contract_spend_limit_reached', 429, 'usage-limit'],
    ['enforced_spend_limit_reached', 429, 'usage-limit'],
  ])('where it has the code %s, whatever its words and its status', (error_code, status, expected) => {
    expect(keyFaultOf(status, { ...invalid('Some words.'), details: { error_code } })).toBe(expected);
  });
});

describe('a 400 is the client’s own', () => {
  // What a client can have quoted: a member's name, a value, a beta, at either end of the message.
  it.each([
    `${CREDIT}: Extra inputs are not permitted`,
    `${CREDIT.slice(0, -1)}: Extra inputs are not permitted`,
    `${CREDIT} : Extra inputs are not permitted.`,
    `messages.0.${CREDIT}: Extra inputs are not permitted`,
    `messages.0.content.0.type: Input tag '${CREDIT}' found using 'type' does not match any of the expected tags`,
    `Unexpected value(s) \`${CREDIT}\` for the \`anthropic-beta\` header. Please consult our documentation.`,
    `${LIMIT}\nmessages: at least one message is required`,
    `messages: ${LIMIT}`,
    `"${CREDIT}"`,
    `${CREDIT} \`x\` is not allowed.`,
    `${CREDIT} ${'And so on. '.repeat(60)}`.trim(),
    'tools.0.custom.description: This organization has been disabled.',
    'max_tokens: 200000 > 128000, which is the most output tokens of this model',
    'Your credit balance is too low',
    'prompt is too long: 201000 tokens > 200000 maximum',
  ])('where it says: %s', (message) => {
    expect(keyFaultOf(400, invalid(message))).toBeUndefined();
  });

  it('whatever it says, with another type or status', () => {
    expect(keyFaultOf(400, { type: 'not_found_error', message: CREDIT })).toBeUndefined();
    for (const status of [403, 404, 413, 422, 429, 500, 529])
      expect(keyFaultOf(status, invalid(CREDIT))).toBeUndefined();
  });

  it.each([undefined, null, 'text', 7, {}, { message: 7 }, { details: 'x' }])('where its error is %j', (error) => {
    expect(keyFaultOf(400, error)).toBeUndefined();
  });

  it('and found so in time that grows with its length alone', () => {
    const hostile = `Your credit balance is too low.${' Aa'.repeat(120)}`;
    for (let each = 0; each < 20_000; each += 1) keyFaultOf(400, invalid(hostile));
  });
});

describe('what is found of a refusal', () => {
  it.each([
    [401, { type: 'authentication_error', message: 'canary' }, 'unauthorized'],
    [402, { type: 'billing_error', message: 'canary' }, 'unpaid'],
    [400, invalid(CREDIT), 'unpaid'],
  ])('of a key is a bad credential, without its words: %i', (status, error, keyFault) => {
    const found = diagnose(refused(status, error), null, false, 0);
    expect(found).toMatchObject({ kind: 'credential', status, keyFault, error: { code: 'upstream-error' } });
    expect(found.error.upstreamMessage).toBeUndefined();
  });

  it('of a key, said inside a stream, is the same', () => {
    const said = (error: object) => diagnose(new ErrorEvent(error), null, false, 0);
    expect(said(invalid(CREDIT))).toMatchObject({ kind: 'credential', keyFault: 'unpaid' });
    expect(said({ type: 'authentication_error', message: 'x' })).toMatchObject({ keyFault: 'unauthorized' });
    expect(said({ type: 'billing_error', message: 'x' })).toMatchObject({ keyFault: 'unpaid' });
    expect(said({ type: 'permission_error', message: 'x' })).toMatchObject({ kind: 'forbidden' });
  });

  it('of what the account may not do is the client’s, with its words', () => {
    const error = { type: 'permission_error', message: 'no access to that beta' };
    expect(diagnose(refused(403, error), null, false, 0)).toMatchObject({
      kind: 'forbidden',
      error: { code: 'forbidden', upstreamMessage: { status: 403, ...error } },
    });
  });

  it.each([
    [429, 'rate_limit_error', 'rate-limited', { status: 429 }],
    [409, 'invalid_request_error', 'server-error', { status: 409 }],
    [500, 'api_error', 'server-error', {}],
    [529, 'overloaded_error', 'overloaded', {}],
  ])('that should not be retried (%i) has the words of its own and says so', (status, type, kind, own) => {
    const error = { type, message: 'only the client can mend it' };
    const found = diagnose(refused(status, error, { 'x-should-retry': 'false' }), null, false, 0);
    expect(found).toMatchObject({ kind, final: true });
    expect(found.error.upstreamMessage).toEqual({ ...error, ...own });
    const passing = diagnose(refused(status, error, { 'x-should-retry': 'true' }), null, false, 0);
    expect(passing).not.toHaveProperty('final');
    expect(passing.error.upstreamMessage).toBeUndefined();
  });
});
