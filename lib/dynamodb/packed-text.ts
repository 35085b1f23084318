import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** Below this, compression costs more time than the bytes it saves. */
const COMPRESSED_FROM_BYTES = 4 * 1024;

export type Encoding = 'plain' | 'gzip';

export interface PackedText {
  readonly encoding: Encoding;
  readonly bytes: Uint8Array;
}

/** UTF-8, compressed where that helps. */
export const packText = async (text: string): Promise<PackedText> => {
  const bytes = Buffer.from(text);
  if (bytes.length < COMPRESSED_FROM_BYTES) return { encoding: 'plain', bytes };
  const compressed = await compress(bytes);
  return compressed.length < bytes.length ? { encoding: 'gzip', bytes: compressed } : { encoding: 'plain', bytes };
};

export const unpackText = async ({ encoding, bytes }: PackedText): Promise<string> =>
  (encoding === 'gzip' ? await decompress(bytes) : Buffer.from(bytes)).toString();

/** Cuts bytes into pieces of at most `size`; nothing is copied. */
export const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
