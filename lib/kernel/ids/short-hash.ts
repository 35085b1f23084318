import { createHash } from 'node:crypto';

/** The first 128 bits of a text's SHA-256, as 32 hexadecimal characters: a name for what shall not be read itself. */
export const shortHash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
