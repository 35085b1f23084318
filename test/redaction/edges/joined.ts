const CARD = '4111 1111 1111 1111';
const SECRETS = [CARD, '123-45-6789', 'GB82 WEST 1234 5698 7654 32', 'ada@example.com'];

/** Texts that a reader may join. */
export const JOINED: readonly (readonly string[])[] = [
  ...SECRETS.flatMap((secret) =>
    Array.from({ length: secret.length - 1 }, (_, at) => [
      `It is ${secret.slice(0, at + 1)}`,
      `${secret.slice(at + 1)} now`,
    ]),
  ),
  ['pay 4111 1111', '', ' 1111', ' 1111 now'],
  ['1', CARD, '2'],
  ['5', '123-45-6789', '7-1'],
  ['4111 1111', ' 1111 1111', '2'],
  ['4222222222222', '006', '7 of'],
  ['next_', 'token=a1b2c3d4e5f6a7b8c9d0k2'],
  ['api_key=', 'a1b2c3d4e5f6a7b8c9d0k2'],
  ['api_keys: ["a1b2c3d4e5f6a7b8c9d0k2', '","a1b2c3d4e5f6a7b8c9d0k3"]'],
  // Behind the end of one text, and not of both as joined.
  ['api_key=a1b2c3d4e5f6a7b8c9d0k2 ', ',a1b2c3d4e5f6a7b8c9d0k3'],
  ['the year 20', '26 and 4111 ', '1111 of 12', '3-45', ' and a', '@', 'b'],
  // Up to eight borders ahead, whatever is behind, and texts without a character left out.
  ...[7, 8, 9].map((count) => [CARD, ...'1'.repeat(count)]),
  ['41', ...Array.from({ length: 7 }, () => '11'), '2'],
  ['41', ...Array.from({ length: 6 }, () => '11'), '1', '1', '2'],
  [...'abcdefgh', ' ', CARD, '2'],
  ['41', '11', '11', '11', '', '11', '11', '11', '11', '2'],
];
