import { MAX_RETRIES } from './fault.ts';

/** Limits in time of the servers under test: short, and still long beside what a loaded machine loses. */
export const FIRST_CONTENT_MS = 2_000;
export const IDLE_MS = 800;
/** A silence may last so many idle limits while what is made is not shown. */
export const UNSEEN_STRETCH = 2;
/** A longer `retry-after` is not waited for. */
export const MAX_DELAY_MS = 3_000;

export const LIMITS_ENV = {
  MAX_RETRIES: String(MAX_RETRIES),
  RETRY_BASE_DELAY_MS: '10',
  RETRY_MAX_DELAY_MS: String(MAX_DELAY_MS),
  FIRST_TOKEN_TIMEOUT_MS: String(FIRST_CONTENT_MS),
  STREAM_IDLE_TIMEOUT_MS: String(IDLE_MS),
  LOG_LEVEL: 'ERROR',
  // All rows fail on the same models: the circuit has a test of its own.
  CIRCUIT_FAILURE_THRESHOLD: '10000',
} as const;
