import type { Fault } from '../outcome.ts';

/**
 * The fault, with no secret in what the upstream said, whatever a tenant has set: it may quote a key of the client or of
 * Ballast. The detectors are loaded only where it said anything.
 */
export const redactedWords = async (found: Fault): Promise<Fault> => {
  if (found.error.upstreamMessage === undefined) return found;
  const [{ redact }, { DEFAULT_CLASSES }] = await Promise.all([
    import('../../redaction/redactor.ts'),
    import('../../redaction/classes.ts'),
  ]);
  return { ...found, error: found.error.withWords((words) => redact(words, DEFAULT_CLASSES)) };
};
