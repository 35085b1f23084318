import * as z from 'zod/mini';
import { safe } from '../../kernel/redacted.ts';
import { describeFailure } from '../../telemetry/describe-error.ts';
import type { Emit } from '../../telemetry/events.ts';
import { SigningSecrets } from './signing-secrets.ts';

/** Who is told by the secret of the alerts. */
export interface SecretTargets {
  /** Slack's incoming webhook; its address is a credential. */
  readonly slack: { readonly url: string } | null;
  /** `secrets`: a message is signed with each; two while one takes over from the other. */
  readonly webhook: { readonly url: string; readonly secrets: readonly string[] } | null;
}

/** Who is told. */
export interface Targets extends SecretTargets {
  /** A topic of Amazon SNS that mails what it is given to its subscribers. */
  readonly mail: { readonly topicArn: string } | null;
}

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Over a network only encrypted; an address of this machine may be plain. */
const isTarget = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
};

const url = () => z.string().check(z.refine(isTarget));

const Secret = z.object({
  slackWebhookUrl: z.optional(url()),
  webhookUrl: z.optional(url()),
  webhookSecret: z.optional(SigningSecrets),
});

/** Where an alert goes: the parts of the secret, and the topic of a stage that has one. */
export interface TargetsOptions {
  /** The secret that names the targets, as `readTargets` reads it. */
  readonly secret: () => Promise<string>;
  /** The ARN of the topic for mail. Default: there is none. */
  readonly topicArn?: string | undefined;
}

const parse = (secret: string): unknown => {
  try {
    return JSON.parse(secret);
  } catch {
    // Its message would quote the secret.
    throw new Error('the secret of the alerts is not JSON');
  }
};

/**
 * Reads the secret, JSON like `{"slackWebhookUrl": "https://...", "webhookUrl": "https://...", "webhookSecret": "..."}`,
 * each part optional but the last two together; an empty one configures nothing. `webhookSecret` may be two, as
 * `{"current": "...", "previous": "..."}`. Throws an Error that names the wrong
 * fields and quotes none.
 */
export const readTargets = (secret: string): SecretTargets => {
  if (secret.trim() === '') return { slack: null, webhook: null };
  const parsed = z.safeParse(Secret, parse(secret));
  if (!parsed.success) {
    const wrong = parsed.error.issues.map(({ path }) => path.join('.') || 'all of it');
    throw new Error(`the secret of the alerts is wrong: ${wrong.join(', ')}`);
  }
  const { slackWebhookUrl, webhookUrl, webhookSecret } = parsed.data;
  if ((webhookUrl === undefined) !== (webhookSecret === undefined))
    throw new Error('the secret of the alerts is wrong: webhookUrl and webhookSecret go together');
  return {
    slack: slackWebhookUrl === undefined ? null : { url: slackWebhookUrl },
    webhook:
      webhookUrl === undefined || webhookSecret === undefined ? null : { url: webhookUrl, secrets: webhookSecret },
  };
};

const mailOf = ({ topicArn }: Pick<TargetsOptions, 'topicArn'>): Targets['mail'] =>
  topicArn === undefined ? null : { topicArn };

/** The targets that need no secret. */
export const mailAlone = (options: Pick<TargetsOptions, 'topicArn'>): Targets => ({
  slack: null,
  webhook: null,
  mail: mailOf(options),
});

/** All targets as they are now. Rejects as `secret` does, and as `readTargets` throws. */
export const currentTargets = async (options: TargetsOptions): Promise<Targets> => ({
  ...readTargets(await options.secret()),
  mail: mailOf(options),
});

/** All targets, or the mail alone where the secret cannot be read, which is then said. Never rejects. */
export const reachableTargets = async ({
  emit,
  ...options
}: TargetsOptions & { readonly emit: Emit }): Promise<{ readonly targets: Targets; readonly areAll: boolean }> => {
  try {
    return { targets: await currentTargets(options), areAll: true };
  } catch (error) {
    emit({ type: 'store.failed', operation: safe`alerts.secret`, ...describeFailure(error) });
    return { targets: mailAlone(options), areAll: false };
  }
};
