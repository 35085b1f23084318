import { REDACTION_CLASSES, type RedactionClass } from '../classes.ts';
import type { Detector } from '../reader.ts';
import { type Dispatch, dispatchOf } from '../scanner.ts';
import { card } from './card.ts';
import { email } from './email.ts';
import { iban } from './iban.ts';
import { discordToken } from './issued/discord-token.ts';
import { issuedKeys } from './issued/issued-keys.ts';
import { telegramToken } from './issued/telegram-token.ts';
import { jwt } from './jwt.ts';
import { namedSecrets } from './named/named-secrets.ts';
import { createNamedPhone, phone } from './phone.ts';
import { privateKey } from './private-key.ts';
import { ssn } from './ssn.ts';
import { urlPassword } from './url-password.ts';

/** By class, the more specific first: where two find a secret at one place, the first counts. */
export const DETECTORS: Readonly<Record<RedactionClass, readonly Detector[]>> = {
  keys: [privateKey, ...issuedKeys, telegramToken, discordToken, jwt, urlPassword, ...namedSecrets],
  cards: [card],
  ssn: [ssn],
  iban: [iban],
  email: [email],
  phone: [phone, createNamedPhone()],
};

const made = new Map<string, Dispatch>();

/** The detectors of these classes, in whatever order they are named. */
export const detectorsFor = (classes: readonly RedactionClass[]): Dispatch => {
  const chosen = REDACTION_CLASSES.filter((name) => classes.includes(name));
  const key = chosen.join();
  const known = made.get(key);
  if (known !== undefined) return known;
  const dispatch = dispatchOf(chosen.flatMap((name) => DETECTORS[name]));
  made.set(key, dispatch);
  return dispatch;
};
