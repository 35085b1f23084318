/**
 * Text from elsewhere as a terminal may show it: what it would act on, and what turns the direction of writing, is a mark
 * instead. Lines and tabs stay.
 */
export const printable = (text: string): string =>
  // oxlint-disable-next-line no-control-regex -- these are what must not reach a terminal
  text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '\ufffd');
