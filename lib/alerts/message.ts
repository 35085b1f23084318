import { createHmac } from 'node:crypto';
import type { Transition } from './alarm.ts';
import type { Targets } from './targets.ts';

/** A POST that is ready to be sent. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

const sentence = ({ alarm, state, changedAt }: Transition): string =>
  state === 'ALARM'
    ? `:rotating_light: *${alarm}* is in ALARM since ${changedAt}. docs/alarms.md says what it means and what to do.`
    : `:white_check_mark: *${alarm}* is OK again since ${changedAt}.`;

export const slackMessage = (transition: Transition, { url }: NonNullable<Targets['slack']>): Message => ({
  url,
  headers: JSON_TYPE,
  body: JSON.stringify({ text: sentence(transition) }),
});

/**
 * The transition as JSON, signed: `ballast-signature: t=<epoch seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of
 * `<t>.<body>`. A receiver recomputes it over the raw body, compares in constant time, refuses an old `t`, and knows
 * a repetition by `id`.
 */
export const webhookMessage = (
  transition: Transition,
  { url, secret }: NonNullable<Targets['webhook']>,
  now: number,
): Message => {
  const body = JSON.stringify({ type: 'alarm.changed', ...transition });
  const at = Math.floor(now / 1000);
  const mac = createHmac('sha256', secret).update(`${at}.${body}`).digest('hex');
  return { url, headers: { ...JSON_TYPE, 'ballast-signature': `t=${at},v1=${mac}` }, body };
};
