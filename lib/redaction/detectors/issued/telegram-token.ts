import { charSet, type Detector, DIGIT, isOpen, literal, missing, MORE, NO, spelled, WORD } from '../../reader.ts';

const B = 98;
const MIN_ID_DIGITS = 8;
const MAX_ID_DIGITS = 10;
const BODY_CHARS = 33;

/** A token of a bot of Telegram: its id, a colon and 35 characters; in an address behind `bot`. */
export const telegramToken: Detector = {
  label: 'API_KEY',
  starts: charSet('0123456789b'),
  find(text, at) {
    const id = text.code(at) === B ? literal(text, at, 'bot') : at;
    if (id < 0) return id;
    const colon = text.run(DIGIT, id, MAX_ID_DIGITS);
    if (colon - id < MIN_ID_DIGITS) return missing(text, colon);
    const body = spelled(text, colon, ':AA');
    if (body < 0) return body;
    const end = text.run(WORD, body, BODY_CHARS + 1);
    if (isOpen(text, end)) return MORE;
    return end - body === BODY_CHARS ? end : NO;
  },
};
