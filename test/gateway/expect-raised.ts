import type { APIError } from '@anthropic-ai/sdk';
import { expect } from 'vitest';
import type { Envelope } from './envelope.ts';
import type { Sdk } from './sdks.ts';

/** An error that a client raises; `name` is of a class that all its versions have. */
export interface Raised {
  readonly name:
    | 'APIError'
    | 'AuthenticationError'
    | 'BadRequestError'
    | 'ConflictError'
    | 'InternalServerError'
    | 'PermissionDeniedError'
    | 'RateLimitError'
    | 'UnprocessableEntityError';
  readonly status: number;
  readonly type: string;
}

/** Holds what a client raised against what it should have, and against what its own envelope says. */
export const expectRaised = (error: unknown, Sdk: Sdk, { name, status, type }: Raised): APIError => {
  expect(error).toBeInstanceOf(Sdk[name]);
  const raised = error as APIError;
  const envelope = raised.error as Envelope;
  expect([raised.status, envelope.type, envelope.error.type]).toEqual([status, 'error', type]);
  expect(raised.requestID).toMatch(/^req_/);
  expect(envelope.request_id).toBe(raised.requestID);
  return raised;
};
