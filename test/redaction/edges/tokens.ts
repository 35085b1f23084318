import { drawn } from './drawn.ts';
import type { Edge } from './edge.ts';

const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString('base64url');

const NONE = part({ alg: 'none' });
const SIGNED = part({ alg: 'HS256' });
const LONG = part({ kid: drawn(40).repeat(3), alg: 'HS256' });

/** JSON Web Tokens. */
export const TOKEN_EDGES: readonly Edge[] = [
  // Claims without a signature have eight characters behind their `eyJ`.
  [`${NONE}.eyJabcdefgh`, '[REDACTED_TOKEN]'],
  [`${NONE}.eyJabcdefg`, `${NONE}.eyJabcdefg`],
  // The dot behind claims ends a sentence, but before a signature, and where there is none by its header.
  [`${SIGNED}.eyJabcdefgh. And`, '[REDACTED_TOKEN]. And'],
  [`${SIGNED}.eyJabcdefgh.abc`, '[REDACTED_TOKEN]'],
  [`${NONE}.eyJabcdefgh. And`, '[REDACTED_TOKEN] And'],
  // A signature has 16 characters.
  [`${SIGNED}.${drawn(20)}.${drawn(16)}`, '[REDACTED_TOKEN]'],
  [`${SIGNED}.${drawn(20)}.${drawn(15)}`, `${SIGNED}.${drawn(20)}.${drawn(15)}`],
  // A header is read to its end, within a word only to 96 characters.
  [`${LONG}.${drawn(20)}.${drawn(16)}`, '[REDACTED_TOKEN]'],
  [`_${LONG}.${drawn(20)}.${drawn(16)}`, `_${LONG}.${drawn(20)}.${drawn(16)}`],
  [`_${SIGNED}.${drawn(20)}.${drawn(16)}`, '_[REDACTED_TOKEN]'],
  ['even if eyes. ever. exist', 'even if eyes. ever. exist'],
];
