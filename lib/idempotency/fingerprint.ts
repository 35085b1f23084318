import { createHash } from 'node:crypto';

/** What makes two requests the same one. */
export interface Fingerprinted {
  readonly method: string;
  readonly path: string;
  /** As it came in: the same JSON written in another way is another request. */
  readonly body: Uint8Array;
}

/** Lower-case hexadecimal SHA-256 over the three parts, each behind its length, so that none can pass for its neighbour. */
export const fingerprint = ({ method, path, body }: Fingerprinted): string => {
  const hash = createHash('sha256');
  for (const part of [Buffer.from(method), Buffer.from(path), body]) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
};
