import { isStoreAway } from '../store-away/store-patience.ts';

/**
 * Ends the invocation as failed, so that the service makes it again: what a replay needs cannot be read just now. The
 * SDK knows such an error by its marks; any other that is thrown outside a step would end the execution, and the run.
 */
export class InvocationLost extends Error {
  override readonly name = 'InvocationLost';
  readonly isUnrecoverable = true;
  readonly isUnrecoverableInvocation = true;
  constructor(cause: unknown) {
    super('the store does not answer', { cause });
  }
}

/** What is read outside a step. Rejects with `InvocationLost` where the store does not answer. */
export const orInvocationLost = async <T>(reading: Promise<T>): Promise<T> => {
  try {
    return await reading;
  } catch (error) {
    throw isStoreAway(error) ? new InvocationLost(error) : error;
  }
};
