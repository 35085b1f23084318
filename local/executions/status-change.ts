import { randomUUID } from 'node:crypto';
import type { Ended, Head } from './journal-record.ts';
import { executionArn, functionArn } from './names.ts';

/** What EventBridge delivers when an execution has ended. */
export interface StatusChangeEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Durable Execution Status Change';
  readonly source: 'aws.lambda';
  readonly account: string;
  /** To the second. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly durableExecutionArn: string;
    readonly durableExecutionName: string;
    readonly functionArn: string;
    readonly status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'STOPPED';
    readonly startTimestamp: string;
    readonly endTimestamp: string;
  };
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();

/** The event of an end, as "Monitoring durable functions" of the Lambda developer guide shows it. */
export const statusChangeEvent = (head: Head, { ending, endedAt }: Ended): StatusChangeEvent => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Durable Execution Status Change',
  source: 'aws.lambda',
  account: '000000000000',
  time: iso(endedAt).replace(/\.\d+Z$/, 'Z'),
  region: 'us-east-1',
  resources: [],
  detail: {
    durableExecutionArn: executionArn(head),
    durableExecutionName: head.name,
    functionArn: functionArn(head.functionName),
    status: ending.status,
    startTimestamp: iso(head.startedAt),
    endTimestamp: iso(endedAt),
  },
});
