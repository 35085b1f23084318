import { Webhook } from 'standardwebhooks';

/** A POST that is ready to be sent. */
export interface SignedMessage {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface UnsignedMessage {
  /** The same for every try of one delivery: by it a receiver knows a repetition. */
  readonly id: string;
  readonly url: string;
  readonly body: string;
}

/** Signs by Standard Webhooks, once with each secret. `at`: epoch milliseconds of this try; receivers refuse what is old. */
export const signedMessage = (
  { id, url, body }: UnsignedMessage,
  secrets: readonly string[],
  at: number,
): SignedMessage => {
  const timestamp = new Date(at);
  return {
    url,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'Ballast-Webhooks',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at / 1_000)),
      'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(id, timestamp, body)).join(' '),
    },
  };
};
