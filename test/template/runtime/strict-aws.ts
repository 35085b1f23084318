import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { listen } from '../../../local/simulated-claude/listen.ts';

/** A service of AWS as far as it looks at signatures: when they were made, and by whose key. What holds is passed on. */
export interface StrictAws {
  readonly url: string;
  /** Why requests were refused so far. */
  readonly refused: readonly string[];
  /** By how much its clock is ahead of this machine's, and the only key that it takes from now on. */
  become(now: { readonly aheadMs?: number; readonly accessKeyId?: string }): void;
  close(): Promise<void>;
}

/** A signature holds for so long, before and after. */
const HOLDS_MS = 300_000;

const AMZ_DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;
const CREDENTIAL = /Credential=([^/]+)\//;

const signedAt = (text: string): number => Date.parse(text.replace(AMZ_DATE, '$1-$2-$3T$4:$5:$6Z'));

export const startStrictAws = async (target: string): Promise<StrictAws> => {
  const refused: string[] = [];
  let [aheadMs, accessKeyId] = [0, 'local'];

  const faultOf = (date: string, authorization: string): string | null => {
    if (CREDENTIAL.exec(authorization)?.[1] !== accessKeyId) return 'ExpiredTokenException';
    const skew = Math.abs(signedAt(date) - (Date.now() + aheadMs));
    // Also where no date could be read.
    return skew <= HOLDS_MS ? null : 'InvalidSignatureException';
  };
  const server = await listen(0, async ({ method, path, query, headers, raw, response }) => {
    const date = new Date(Date.now() + aheadMs).toUTCString();
    const fault = faultOf(String(headers['x-amz-date']), String(headers.authorization));
    if (fault !== null) {
      refused.push(fault);
      const type = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': fault };
      const body = { __type: `com.amazon.coral.service#${fault}`, message: 'It does not hold.' };
      return void response.writeHead(400, { ...type, date }).end(JSON.stringify(body));
    }
    const heard = await new Promise<{ status: number; headers: object; body: Buffer }>((resolve, reject) => {
      const sent = request(target + path + query, { method, headers });
      sent.once('error', reject).once('response', (answer) => {
        const { statusCode: status = 502, headers: all } = answer;
        buffer(answer).then((body) => resolve({ status, headers: all, body }), reject);
      });
      sent.end(raw);
    });
    response.writeHead(heard.status, { ...heard.headers, date }).end(heard.body);
  });
  return {
    url: server.url,
    refused,
    become: (now) => ([aheadMs, accessKeyId] = [now.aheadMs ?? aheadMs, now.accessKeyId ?? accessKeyId]),
    close: () => server.close(),
  };
};
