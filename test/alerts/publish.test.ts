import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPublish } from '../../lib/alerts/targets/publish.ts';
import { createFakeClock } from '../fake-clock.ts';
import { type HttpTarget, startHttpTarget } from '../http-target.ts';

const NOTICE = { topicArn: 'arn:aws:sns:eu-west-1:1:t', subject: 'ALARM: a & b', text: 'What it means: 100 %\nEnd' };
const PUBLISHED = '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>';
const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 'lent' };

let target: HttpTarget;
beforeEach(async () => {
  target = await startHttpTarget();
});
afterEach(() => target.close());

const publishTo = (endpoint: string) =>
  createPublish(() => ({ endpoint, region: 'eu-west-1', credentials: CREDENTIALS }), createFakeClock());

describe('a notice to a topic', () => {
  it('goes out as SNS takes it, with the lent token', async () => {
    target.script({ status: 200, body: PUBLISHED });
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
    expect(headers).toMatchObject({
      'x-amz-security-token': 'lent',
      authorization: expect.stringMatching(/Credential=a\/\d{8}\/eu-west-1\/sns\/aws4_request/) as string,
    });
  });

  it.each<[string, number]>([
    ['a refusal', 403],
    ['an outage', 500],
  ])('is sent once and rejects at %s', async (_what, status) => {
    target.script({ status });
    await expect(publishTo(target.url)(NOTICE)).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
    expect(target.seen).toHaveLength(1);
  });
});
