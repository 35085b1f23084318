import { createHmac } from 'node:crypto';
import type { Alert } from './alert.ts';
import type { Targets } from './targets/targets.ts';

/** A POST that is ready to be sent. */
export interface Message {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const JSON_TYPE = { 'content-type': 'application/json' };

/** The sentence of an alert, as Slack's incoming webhooks take it. */
export const slackMessage = ({ text }: Alert, { url }: NonNullable<Targets['slack']>): Message => ({
  url,
  headers: JSON_TYPE,
  body: JSON.stringify({ text }),
});

/**
 * The alert as JSON, signed: `ballast-signature: t=<epoch seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of
 * `<t>.<body>`, one for each secret. A receiver recomputes it over the raw body, compares in constant time, refuses an old `t`, and knows
 * a repetition by `id`.
 */
export const webhookMessage = (
  { id, fields }: Alert,
  { url, secrets }: NonNullable<Targets['webhook']>,
  now: number,
): Message => {
  const { type, ...rest } = fields;
  const body = JSON.stringify({ type, id, ...rest });
  const at = Math.floor(now / 1000);
  const macs = secrets.map((secret) => createHmac('sha256', secret).update(`${at}.${body}`).digest('hex'));
  return {
    url,
    headers: { ...JSON_TYPE, 'ballast-signature': [`t=${at}`, ...macs.map((mac) => `v1=${mac}`)].join(',') },
    body,
  };
};
