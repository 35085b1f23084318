import type { Clock, Random } from '../../kernel/clock.ts';
import type { Deadline } from '../../kernel/deadline.ts';
import { AppError } from '../../kernel/errors.ts';
import { safe } from '../../kernel/redacted.ts';
import type { Alert } from '../alert.ts';
import type { Publish } from '../notice.ts';
import { createTries } from './tries.ts';

export interface MailOptions {
  readonly publish: Publish;
  readonly clock: Clock;
  readonly random: Random;
}

/** Hands a mail to the topic whose subscribers get it, within the deadline; rejects where no try was taken. */
export type Mail = (mail: NonNullable<Alert['mail']>, topicArn: string, deadline: Deadline) => Promise<void>;

/** SNS takes less than 100. */
const MAX_SUBJECT_CHARS = 99;

/** SNS takes printable ASCII that begins with a letter, a digit or a sign. */
const subjectOf = (text: string): string =>
  text
    .replaceAll(/[^ -~]/g, '?')
    .trim()
    .slice(0, MAX_SUBJECT_CHARS);

export const createMail = ({ publish, ...options }: MailOptions): Mail => {
  const tries = createTries(options);
  return ({ subject, text }, topicArn, deadline) =>
    tries(async ({ signal }) => {
      try {
        await publish({ topicArn, subject: subjectOf(subject), text }, signal);
        return null;
      } catch (cause) {
        const error = new AppError('upstream-error', safe`The topic did not take the message.`, { cause });
        return { error, again: true, retryAfterMs: null };
      }
    }, deadline);
};
