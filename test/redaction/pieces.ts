/** Pieces that make secrets of the default classes where some of them meet, and texts that are none. */
export const PIECES = [
  '4111',
  ' 1111',
  '1111 ',
  ' a ',
  '123-45-',
  '6789',
  'api_',
  'key=',
  'a1b2c3d4e5f6a7b8c9',
  '\n',
] as const;
