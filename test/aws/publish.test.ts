import { createHash, createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPublish } from '../../lib/aws/publish.ts';
import { createFakeClock } from '../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';

const NOTICE = { topicArn: 'arn:aws:sns:eu-west-1:1:t', subject: 'ALARM: a & b', text: 'What it means: 100 %\nEnd' };
const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'lent' };

let target: HttpTarget;
beforeEach(async () => {
  target = await startHttpTarget();
});
afterEach(() => target.close());

const publishTo = (endpoint: string | null) => {
  const connection = endpoint === null ? null : { endpoint, region: 'eu-west-1', credentials: CREDENTIALS };
  return createPublish(() => connection, createFakeClock(Date.UTC(2026, 10, 21, 9)));
};

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha = (text: string) => createHash('sha256').update(text).digest('hex');

describe('a notice to a topic', () => {
  it('goes out as a form, signed for SNS with its type and the lent token', async () => {
    await publishTo(target.url)(NOTICE);
    const [seen] = target.seen;
    if (seen === undefined) throw new Error('Nothing was sent.');
    const { body, headers, method } = seen;
    expect(method).toBe('POST');
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      Action: 'Publish',
      Version: '2010-03-31',
      TopicArn: NOTICE.topicArn,
      Subject: NOTICE.subject,
      Message: NOTICE.text,
    });
    const names = ['content-type', 'host', 'x-amz-date', 'x-amz-security-token'];
    const lines = names.map((name) => `${name}:${String(headers[name])}\n`).join('');
    const request = sha(`POST\n/\n\n${lines}\n${names.join(';')}\n${sha(body)}`);
    const scope = '20261121/eu-west-1/sns/aws4_request';
    const key = ['20261121', 'eu-west-1', 'sns', 'aws4_request'].reduce<string | Buffer>(hmac, 'AWS4b');
    const signature = hmac(key, `AWS4-HMAC-SHA256\n20261121T090000Z\n${scope}\n${request}`).toString('hex');
    expect(headers.authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=a/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
    );
  });

  it.each<[string, number]>([
    ['a refusal', 403],
    ['an outage', 500],
  ])('rejects at %s', async (_what, status) => {
    target.script({ status });
    await expect(publishTo(target.url)(NOTICE)).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });

  it('rejects where the environment does not say as whom to speak', async () => {
    await expect(publishTo(null)(NOTICE)).rejects.toMatchObject({ name: 'NoConnection' });
  });
});
