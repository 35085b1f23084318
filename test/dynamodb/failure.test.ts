import { expect, it } from 'vitest';
import { createDynamoDb } from '../../lib/dynamodb/client.ts';
import { storeUnavailable } from '../../lib/dynamodb/failure.ts';
import { describeError, describeFailure } from '../../lib/telemetry/describe-error.ts';
import { serve } from '../aws-sdk/serving.ts';
import { createFakeClock } from '../fake-clock.ts';

const THROTTLED = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'canary',
  ThrottlingReasons: [{ reason: 'TableWriteKeyRangeThroughputExceeded', resource: 'arn:aws:dynamodb:canary' }],
};
const ID = 'VJ4RN2PVEL1KQ4N0I4R3C3FNNBVV4KQNSO5AEMVJF66Q9ASUAAJG';

const failureOf = async (headers: Readonly<Record<string, string>>, body: object): Promise<unknown> => {
  const { url } = await serve((response) => void response.writeHead(400, headers).end(JSON.stringify(body)));
  const env = { AWS_REGION: 'r', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b', AWS_ENDPOINT_URL: url };
  const client = createDynamoDb({ env, clock: createFakeClock() });
  return storeUnavailable(
    await client.send('DeleteItem', { TableName: 't', Key: {} }).catch((error: unknown) => error),
  );
};

it('a throttled write is logged with the id of its request and the limit that it met, and none of its words', async () => {
  const failure = await failureOf({ 'x-amzn-requestid': ID }, THROTTLED);
  const refusal = { awsRequestId: ID, throttledBy: 'TableWriteKeyRangeThroughputExceeded' };
  expect(describeFailure(failure)).toEqual({ error: 'AppError/store-unavailable', ...refusal });
  expect(describeError(failure)).toMatchObject({ causes: ['ProvisionedThroughputExceededException'], ...refusal });
  expect(JSON.stringify(describeError(failure))).not.toContain('canary');
});

it('what AWS named no request for has no id, and what is no id is not shown', async () => {
  expect(describeFailure(await failureOf({}, THROTTLED))).not.toHaveProperty('awsRequestId');
  expect(describeFailure(await failureOf({ 'x-amzn-requestid': 'a b' }, {}))).not.toHaveProperty('awsRequestId');
  expect(describeFailure(new Error('x'))).toEqual({ error: 'Error' });
});
