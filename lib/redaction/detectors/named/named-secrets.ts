import { type Detector, has, wide } from '../../reader.ts';
import { isRandom, looksGenerated, PLACEHOLDER } from '../random-looking.ts';
import { awsSecretKey } from './aws-secret-key.ts';
import { behind, mayBehind } from './behind.ts';
import { listed } from './listed.ts';
import { isPath, isReference } from './references.ts';
import { basic, bearer, behindBlank, curlPassword, inSentence } from './schemes.ts';
import { NAME_TABLES, namePattern, type NameTables, PASSWORDS } from './tables.ts';
import { QUOTE } from './value.ts';

/** Ends of a name with its sign, as `=`, `:`, `=>`, `is`, `lautet`, `|`, `>`, `(`, `[`, `,`, a line's own `key`, or `：＝是は「→—–`. */
const SIGNS = wide('=:>sStTyY|(,[{?', [0xff1a, 0xff1d, 0x662f, 0x306f, 0x300c, 0x2192, 0x2014, 0x2013]);

const isGenerated = (value: string): boolean => looksGenerated(value) && !PLACEHOLDER.test(value);

/** Values that look random behind the name of a secret; behind that of a password also short ones. */
export const createNamed = (tables: NameTables = NAME_TABLES): Detector => {
  const password = namePattern({ ...tables, names: PASSWORDS });
  return behind(
    'API_KEY',
    mayBehind(SIGNS, () => true),
    namePattern(tables),
    (value, before) => {
      if (isPath(value) || !(isRandom(value) || isGenerated(value))) return false;
      return password.test(before) || (isRandom(value) && !isReference(value, before));
    },
  );
};

/** Of a JSON Web Key (RFC 7518, 6), what is private: as long as 32 bytes are. */
const JWK = /["'](?:d|k)\\?["']\s?:\s?\\?["']$/;
const MIN_JWK_CHARS = 43;
const jwk = behind(
  'PRIVATE_KEY',
  (text, at) => has(QUOTE, text.code(at - 1)),
  JWK,
  (value) => value.length >= MIN_JWK_CHARS && isRandom(value),
);

/** Secrets without a form of their own, known by what stands before them. */
export const namedSecrets: readonly Detector[] = [
  bearer,
  basic,
  createNamed(),
  jwk,
  behindBlank,
  inSentence,
  curlPassword,
  awsSecretKey,
  listed,
];
