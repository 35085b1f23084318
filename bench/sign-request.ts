import { createHash, createHmac } from 'node:crypto';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * AWS Signature Version 4 of requests `POST /` without a query to one service in one region: what stands in the header
 * `authorization`. `headers` are those that are signed, lower case, in the order of their names, `x-amz-date` among them.
 * The key of a day is made once.
 */
export const createSigner = (service: string, region: string, { accessKeyId, secretAccessKey }: Credentials) => {
  let known: { readonly day: string; readonly key: Buffer } = { day: '', key: Buffer.alloc(0) };
  const keyOf = (day: string): Buffer => {
    if (known.day !== day) {
      const ofDay = hmac(`AWS4${secretAccessKey}`, day);
      known = { day, key: hmac(hmac(hmac(ofDay, region), service), 'aws4_request') };
    }
    return known.key;
  };
  return (headers: Readonly<Record<string, string>>, body: string): string => {
    const at = headers['x-amz-date'] ?? '';
    const day = at.slice(0, 8);
    let lines = '';
    for (const name in headers) lines += `${name}:${headers[name]}\n`;
    const names = Object.keys(headers).join(';');
    const scope = `${day}/${region}/${service}/aws4_request`;
    const canonical = `POST\n/\n\n${lines}\n${names}\n${hashOf(body)}`;
    const signature = createHmac('sha256', keyOf(day))
      .update(`AWS4-HMAC-SHA256\n${at}\n${scope}\n${hashOf(canonical)}`)
      .digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
  };
};
