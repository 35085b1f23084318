/** What has no name of the service's: a proxy's page, half of an answer. */
export class UnreadableAnswer extends Error {
  override readonly name = 'UnreadableAnswer';
}

interface SdkError {
  readonly $metadata?: { readonly httpStatusCode?: number };
  /** Whose fault it was; said of each refusal that could be read. */
  readonly $fault?: string;
}

/**
 * What a client of the SDK threw, where that is no refusal because the answer could not be read: without a name of the service's. Of
 * a success it has no status either, so that nobody takes what was asked for done, or for not done.
 */
export const orUnreadable = (error: unknown): unknown => {
  const { $metadata: { httpStatusCode: status } = {}, $fault } = error as SdkError;
  if (status === undefined || $fault !== undefined) return error;
  return Object.assign(new UnreadableAnswer(), { $metadata: status < 300 ? {} : { httpStatusCode: status } });
};
