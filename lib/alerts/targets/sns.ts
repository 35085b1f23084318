import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Connection } from '../../aws-sdk/connection.ts';
import { createRequestHandler } from '../../aws-sdk/request-handler.ts';
import { signAnew } from '../../aws-sdk/sign-anew.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Publish } from '../notice.ts';

/** Longest time without a word of the answer. */
const SILENCE_MS = 3_000;

/** Publishes to a topic of Amazon SNS. No connection is kept: this is rare. */
export const publishThrough =
  (connection: Connection, clock: Clock): Publish =>
  async ({ topicArn, subject, text }, signal) => {
    const requestHandler = createRequestHandler({ clock, idleTimeoutMs: SILENCE_MS });
    const client = new SNSClient({ ...connection, maxAttempts: 1, requestHandler });
    const command = { TopicArn: topicArn, Subject: subject, Message: text };
    const options = signal === undefined ? {} : { abortSignal: signal };
    try {
      await signAnew(client.config, () => client.send(new PublishCommand(command), options));
    } finally {
      client.destroy();
    }
  };
