import { createHash } from 'node:crypto';

/** What makes two requests the same one. */
export interface Fingerprinted {
  readonly method: string;
  readonly path: string;
  /** As it came in: the same JSON written in another way is another request. */
  readonly body: Uint8Array;
  /** For whom a token speaks; default: a key and no token was presented, or it speaks for nobody. */
  readonly subject?: string | null;
}

/**
 * Lower-case hexadecimal SHA-256 over the parts, each behind its length, so that none can pass for its neighbour. The subject is
 * one of them: else one end user could get the answer to another, whose request is the same and whose key they guess.
 */
export const fingerprint = ({ method, path, body, subject = null }: Fingerprinted): string => {
  const hash = createHash('sha256');
  const parts = [Buffer.from(method), Buffer.from(path), body, ...(subject === null ? [] : [Buffer.from(subject)])];
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
};
