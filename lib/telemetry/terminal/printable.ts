/** What a terminal would act on, and what turns the direction of writing; lines and tabs are neither. */
// oxlint-disable-next-line no-control-regex -- these are what must not reach a terminal
const ACTED_ON = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text from elsewhere as a terminal may show it: what it would act on is a mark instead. */
export const printable = (text: string): string => text.replace(ACTED_ON, '\ufffd');

/** A value as JSON that a terminal may show, and that reads as the same value: what it would act on is escaped. */
export const jsonText = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(
    ACTED_ON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
