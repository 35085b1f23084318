import { objectOf } from '../../kernel/json.ts';

/**
 * What speaks against one of the service's own keys, so that another may do and its owner must be told: `unauthorized`
 * (401), `forbidden` (a 403, and the key may not even list the models), `unpaid` (402, or a credit balance that is used
 * up), `usage-limit` (a spend or usage limit of its organisation), `disabled` (its organisation, account or workspace
 * is), `unsendable` (no header can carry it).
 */
export type KeyFault = 'unauthorized' | 'forbidden' | 'unpaid' | 'usage-limit' | 'disabled' | 'unsendable';

/** Whether the provider may have been mistaken, so that the only key there is deserves one more try. */
export const mayBeMistaken = (keyFault: KeyFault | undefined): boolean =>
  keyFault === 'unauthorized' || keyFault === 'forbidden';

/**
 * `error.details.error_code`, where it is about the account.
 * Source: `resources/shared.d.ts` of `@anthropic-ai/sdk` 1.11.0, read on 2026-11-29.
 */
const BY_CODE: ReadonlyMap<unknown, KeyFault> = new Map([
  ['organization_on_hold', 'disabled'],
  ['claude_code_key_creator_not_member', 'disabled'],
  ['cmek_key_disabled', 'disabled'],
  ['contract_spend_limit_reached', 'usage-limit'],
  ['enforced_spend_limit_reached', 'usage-limit'],
]);

/**
 * More sentences of plain words. What quotes a request has a colon, a bracket or a quotation mark, or ends without a
 * full stop: `<member>: Extra inputs are not permitted`.
 */
const MORE = String.raw`(?: [A-Z](?:[\w ,&'’/()-]|\d:\d)*\.)*$`;

const sentence = (opening: string): RegExp => new RegExp(`^${opening}\\.${MORE}`, 'u');

/**
 * How a 400 without such a code words it. The whole message must be such sentences: its text may quote the request,
 * and no client may speak for the account.
 * Sources: public reports of `Your credit balance is too low to access the Anthropic API`, `You have reached your
 * specified API usage limits. You will regain access on <date>`, `This organization has been disabled`, 2025 and 2026.
 */
const BY_SENTENCE: readonly (readonly [RegExp, KeyFault])[] = [
  [sentence(String.raw`Your credit balance is too low(?: to access the (?:Anthropic|Claude) API)?`), 'unpaid'],
  [
    sentence(
      String.raw`(?:You have|(?:Your|This) (?:organization|workspace|account) has) (?:reached|exceeded) (?:your|its|the) (?:[a-z]+ ){0,4}(?:API )?(?:usage|spend|spending) limits?`,
    ),
    'usage-limit',
  ],
  [sentence(String.raw`(?:This|Your) (?:organization|workspace|account) has been disabled`), 'disabled'],
];

/** No sentence about an account is longer; what is, quotes. */
const MAX_CHARS = 400;

const bySentence = (message: unknown): KeyFault | undefined => {
  if (typeof message !== 'string' || message.length > MAX_CHARS) return undefined;
  return BY_SENTENCE.find(([pattern]) => pattern.test(message))?.[1];
};

/** What a refusal says against the key it was asked with, by its status and its member `error`; 403 says it of none. */
export const keyFaultOf = (status: number | undefined, error: unknown): KeyFault | undefined => {
  const { type, message, details } = objectOf(error);
  const byCode = BY_CODE.get(objectOf(details)['error_code']);
  if (byCode !== undefined) return byCode;
  if (status === 401) return 'unauthorized';
  if (status === 402) return 'unpaid';
  return status === 400 && type === 'invalid_request_error' ? bySentence(message) : undefined;
};
