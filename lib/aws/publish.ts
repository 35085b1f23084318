import type { Clock } from '../kernel/clock.ts';
import { type Connection } from './connection.ts';
import { createExchange } from './exchange.ts';
import { AwsFailure } from './failure.ts';
import { amzDate, createSigner } from './sign-request.ts';

/** Longest time without a word of the answer. */
const SILENCE_MS = 3_000;

/** What goes to a topic of Amazon SNS: a subject of printable ASCII (99 characters at most) and a text of 256 KB at most. */
export interface Notice {
  readonly topicArn: string;
  readonly subject: string;
  readonly text: string;
}

/** Publishes once. Rejects with an AwsFailure, or with what broke the connection; then it may have been published. */
export type Publish = (notice: Notice, signal?: AbortSignal) => Promise<void>;

const CODE = /<Code>(\w{1,100})<\/Code>/;

/** SNS speaks AWS's query protocol alone: a form in, XML out. No connection is kept: this is rare. */
export const createPublish =
  (connectionNow: () => Connection | null, clock: Clock): Publish =>
  async ({ topicArn, subject, text }, signal) => {
    const connection = connectionNow();
    if (connection === null) throw new AwsFailure('NoConnection', null);
    const { endpoint, region, credentials } = connection;
    const form = { Action: 'Publish', Version: '2010-03-31', TopicArn: topicArn, Subject: subject, Message: text };
    const body = new URLSearchParams(form).toString();
    const at = amzDate(clock.now());
    const token = credentials.sessionToken === null ? {} : { 'x-amz-security-token': credentials.sessionToken };
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const signed = { ...type, host: new URL(endpoint).host, 'x-amz-date': at, ...token };
    const headers = {
      ...signed,
      'content-length': String(Buffer.byteLength(body)),
      authorization: createSigner('sns', region, credentials)(signed, body, at),
    };
    const exchange = createExchange({ endpoint, idleTimeoutMs: SILENCE_MS, clock });
    try {
      const answer = await exchange.post(Object.entries(headers).flat(), body, signal);
      if (answer.status !== 200) throw new AwsFailure(CODE.exec(answer.text)?.[1] ?? 'UnreadableAnswer', answer.status);
    } finally {
      exchange.destroy();
    }
  };
