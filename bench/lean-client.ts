import { Agent, request } from 'node:http';
import { createSigner, type Credentials } from './sign-request.ts';

/** A refusal of DynamoDB's, named as the SDK names it; with the item in the way, where that was asked for. */
export class LeanFailure extends Error {
  readonly $metadata: { readonly httpStatusCode: number };
  readonly Item: unknown;
  constructor(type: string, status: number, Item: unknown) {
    super(type);
    this.name = type;
    this.$metadata = { httpStatusCode: status };
    this.Item = Item;
  }
}

export interface LeanClient {
  /** `UpdateItem` and its like, with the input as it goes over the wire. Rejects with LeanFailure, or as `node:http` does. */
  send(operation: string, input: object): Promise<unknown>;
  destroy(): void;
}

export interface LeanOptions {
  readonly endpoint: string;
  readonly region: string;
  /** `null` sends unsigned, which only an embedded engine takes: what signing costs is the difference. */
  readonly credentials: Credentials | null;
}

/** Silence of a socket after which a request is given up; the SDK's client here has the same. */
const SILENCE_MS = 2_000;

/** Of the right form, and of nothing: the embedded engine looks no further. */
const UNSIGNED =
  'AWS4-HMAC-SHA256 Credential=local/20261121/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

const readAnswer = (status: number, text: string): unknown => {
  const answer = JSON.parse(text) as { readonly __type?: string; readonly Item?: unknown };
  if (status === 200) return answer;
  throw new LeanFailure(answer.__type?.split('#').at(-1) ?? '', status, answer.Item);
};

/** As `20261121T095005Z`. */
const amzDate = (at: number): string => `${new Date(at).toISOString().replace(/[:-]/g, '').slice(0, 15)}Z`;

/**
 * The part of DynamoDB's client that a hot path needs: JSON 1.0 over kept-alive connections, signed. A prototype to measure by:
 * credentials do not change, clocks agree, bytes are not encoded, and nothing is tried again.
 */
export const createLeanClient = ({ endpoint, region, credentials }: LeanOptions): LeanClient => {
  const { hostname, port, host } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true, maxSockets: 50 });
  const sign = credentials && createSigner('dynamodb', region, credentials);
  return {
    send: (operation, input) =>
      new Promise((resolve, reject) => {
        const body = JSON.stringify(input);
        const signed = {
          host,
          'x-amz-date': amzDate(Date.now()),
          'x-amz-target': `DynamoDB_20120810.${operation}`,
        };
        const headers = {
          ...signed,
          'content-type': 'application/x-amz-json-1.0',
          'content-length': Buffer.byteLength(body),
          authorization: sign === null ? UNSIGNED : sign(signed, body),
        };
        const options = { hostname, port, method: 'POST', path: '/', headers, agent, timeout: SILENCE_MS };
        const sent = request(options, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => (text += part));
          response.once('error', reject).once('end', () => {
            try {
              resolve(readAnswer(response.statusCode ?? 0, text));
            } catch (error) {
              reject(error);
            }
          });
        });
        sent.once('timeout', () => sent.destroy(new Error('silent')));
        sent.once('error', reject).end(body);
      }),
    destroy: () => agent.destroy(),
  };
};
