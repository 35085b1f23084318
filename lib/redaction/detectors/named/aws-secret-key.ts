import { BASE64, type Detector, has, isOpen, MORE, NO } from '../../reader.ts';
import { looksRandom } from '../random-looking.ts';
import { BEFORE } from './behind.ts';

const [EQUALS, BACKSLASH] = [61, 92];
/** A key id of AWS, or what its files and programs call the key. */
const ACCESS_KEY = /A[KS]IA[A-Z0-9]{16}(?![A-Z0-9])|secret[ _]access[ _]key/i;
const SECRET_KEY_LENGTH = 40;
/** A hash of the same length. */
const HEX = /^[0-9a-f]+$/i;

/** AWS's secret keys have no form of their own: one is taken for that not far behind its id or its name. */
export const awsSecretKey: Detector = {
  label: 'API_KEY',
  starts: BASE64,
  find(text, at) {
    if (has(BASE64, text.code(at - 1)) && text.code(at - 2) !== BACKSLASH) return NO;
    const end = text.run(BASE64, at, SECRET_KEY_LENGTH + 1);
    if (end - at < SECRET_KEY_LENGTH && !isOpen(text, end)) return NO;
    if (!ACCESS_KEY.test(text.slice(at - 2 * BEFORE, at))) return NO;
    if (isOpen(text, end)) return MORE;
    // Padded, it is another thing in base64.
    if (text.code(end) === EQUALS) return NO;
    const value = text.slice(at, end);
    return value.length === SECRET_KEY_LENGTH && !HEX.test(value) && looksRandom(value) ? end : NO;
  },
};
