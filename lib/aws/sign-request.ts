import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with credentials that were lent for a while, as those of a function are. */
  readonly sessionToken: string | null;
}

/** Gives what stands in the header `authorization`. `headers` are those to sign, in lower case and in the order of their names. */
export type Sign = (headers: Readonly<Record<string, string>>, body: string, at: string) => string;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const hashOf = (text: string): string => hash('sha256', text);

/** An instant (epoch milliseconds) as AWS writes it: `20261121T095005Z`. */
export const amzDate = (at: number): string => `${new Date(at).toISOString().replace(/[:-]/g, '').slice(0, 15)}Z`;

/**
 * AWS Signature Version 4 of requests `POST /` without a query, to one service in one region; `at` is the same instant as in
 * `x-amz-date`. The key of a day is made once. Source: AWS Identity and Access Management User Guide, "Create a signed AWS API request".
 */
export const createSigner = (service: string, region: string, { accessKeyId, secretAccessKey }: Credentials): Sign => {
  let known: { readonly day: string; readonly key: KeyObject } | null = null;
  const keyOf = (day: string): KeyObject => {
    if (known?.day !== day) {
      const ofService = hmac(hmac(hmac(`AWS4${secretAccessKey}`, day), region), service);
      // As bytes it would be made a key object again for each request, which takes longer than all the rest.
      known = { day, key: createSecretKey(hmac(ofService, 'aws4_request')) };
    }
    return known.key;
  };
  return (headers, body, at) => {
    const day = at.slice(0, 8);
    const scope = `${day}/${region}/${service}/aws4_request`;
    const names = Object.keys(headers).join(';');
    let lines = '';
    for (const name in headers) lines += `${name}:${headers[name]}\n`;
    const request = hashOf(`POST\n/\n\n${lines}\n${names}\n${hashOf(body)}`);
    const signature = createHmac('sha256', keyOf(day)).update(`AWS4-HMAC-SHA256\n${at}\n${scope}\n${request}`);
    return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature.digest('hex')}`;
  };
};
