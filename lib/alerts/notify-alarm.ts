import type { Table } from '../dynamodb/table.ts';
import { type AlertsOptions, createAlerts, type NotifyAlarm } from './alerts.ts';
import { createConsequences, NO_CONSEQUENCES } from './damping/consequences.ts';
import { createFlaps } from './damping/flaps.ts';
import { createStorms } from './damping/storms.ts';
import { createNotifiedAlarms } from './notified-alarms.ts';
import { createDynamoDbAlertClaims } from './targets/dynamodb-claims.ts';
import { createMail, type MailOptions } from './targets/mail.ts';
import { createNotifyTargets, type NotifyTargetsOptions } from './targets/notify-targets.ts';
import { createPost, type PostOptions } from './targets/post.ts';

export interface NotifyAlarmOptions
  extends
    Omit<AlertsOptions, 'notify' | 'notifiedAlarms' | 'flaps' | 'storms' | 'consequences'>,
    Omit<NotifyTargetsOptions, 'claims' | 'post' | 'mail'>,
    PostOptions,
    MailOptions {
  /** Whether there are composite alarms, which others wait for. */
  readonly hasCauses: boolean;
  /** Where it is kept who was told. */
  readonly table: Pick<Table, 'get' | 'put' | 'putNewOrFind' | 'query' | 'replace' | 'remove'>;
}

/** Far longer than a notification is delivered again: three minutes after a failure, six hours while it is throttled. */
const TOLD_FOR_MS = 2 * 24 * 3_600_000;

/** Alarms over HTTP, each target told once by claims in the table. */
export const createNotifyAlarm = (options: NotifyAlarmOptions): NotifyAlarm => {
  const claims = createDynamoDbAlertClaims({ ...options, notifiedForMs: TOLD_FOR_MS });
  const notifiedAlarms = createNotifiedAlarms(options);
  return createAlerts({
    ...options,
    notifiedAlarms,
    flaps: createFlaps(options),
    storms: createStorms(options),
    consequences: options.hasCauses ? createConsequences({ ...options, notifiedAlarms }) : NO_CONSEQUENCES,
    notify: createNotifyTargets({ ...options, claims, post: createPost(options), mail: createMail(options) }),
  });
};
