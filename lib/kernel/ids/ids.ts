import type { Clock } from '../clock.ts';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/** `length` bytes of cryptographic randomness. */
export type RandomBytes = (length: number) => Uint8Array;

/** Makes ids. Those of runs and requests sort by their time of birth: 10 characters of it, then 16 of randomness (80 bits). */
export interface Ids {
  run(): string;
  request(): string;
  /** A W3C trace id: 32 hexadecimal digits. */
  trace(): string;
}

const time = (epochMs: number): string => {
  let rest = epochMs;
  let text = '';
  for (let i = 0; i < 10; i += 1) {
    text = CROCKFORD.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
};

/** When a run or a request of this id was born, in epoch milliseconds; `null`: it is no id of theirs. */
export const bornAt = (id: string): number | null => {
  const digits = /^(?:run|req)_([0-9a-hjkmnp-tv-z]{10})[0-9a-z]{16}$/.exec(id)?.[1];
  if (digits === undefined) return null;
  return [...digits].reduce((value, digit) => value * 32 + CROCKFORD.indexOf(digit), 0);
};

/** Whether a text has the form of a run's id. */
export const isRunId = (text: string): boolean => /^run_[0-9a-z]{26}$/.test(text);

export const createIds = (clock: Clock, randomBytes: RandomBytes): Ids => {
  const next = () => time(clock.now()) + Array.from(randomBytes(16), (byte) => CROCKFORD.charAt(byte % 32)).join('');
  return {
    run: () => `run_${next()}`,
    request: () => `req_${next()}`,
    trace: () => Buffer.from(randomBytes(16)).toString('hex'),
  };
};
