import type { Table } from '../dynamodb/table.ts';
import { createAlerts, type AlertsOptions, type NotifyAlarm } from './alerts.ts';
import { createDynamoDbAlertClaims } from './dynamodb-claims.ts';
import { createPost, type PostOptions } from './post.ts';

export interface NotifyAlarmOptions extends Omit<AlertsOptions, 'claims' | 'post'>, PostOptions {
  /** Where it is kept who was told. */
  readonly table: Pick<Table, 'putNewOrFind' | 'replace' | 'remove'>;
}

/** Alerts over HTTP, each target told once by claims in the table. */
export const createNotifyAlarm = (options: NotifyAlarmOptions): NotifyAlarm =>
  createAlerts({ ...options, claims: createDynamoDbAlertClaims(options), post: createPost(options) });
