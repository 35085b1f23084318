import type { Random } from '../../../../lib/kernel/clock.ts';
import { BASE64, chars, inGroups, times } from '../draw.ts';
import { plant, type Planted } from '../shape.ts';

const ABOUT = { kind: 'private-key', class: 'keys', label: 'PRIVATE_KEY' } as const;

/** Title, first characters of the body (which the key's algorithm fixes) and length of the body. */
const KINDS = [
  ['RSA PRIVATE KEY', 'MIIEpAIBAAKCAQEA', 1592, 'https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.2'],
  ['EC PRIVATE KEY', 'MHcCAQEEI', 164, 'https://www.rfc-editor.org/rfc/rfc5915'],
  ['PRIVATE KEY', 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcw', 1624, 'https://www.rfc-editor.org/rfc/rfc7468#section-10'],
  ['PRIVATE KEY', 'MC4CAQAwBQYDK2VwBCIEI', 64, 'https://www.rfc-editor.org/rfc/rfc8410#section-7'],
  ['ENCRYPTED PRIVATE KEY', 'MIIFHDBOBgkqhkiG9w0BBQ0w', 1752, 'https://www.rfc-editor.org/rfc/rfc7468#section-11'],
  [
    'OPENSSH PRIVATE KEY',
    'b3BlbnNzaC1rZXktdjEA',
    400,
    'https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key',
  ],
  ['DSA PRIVATE KEY', 'MIIBuwIBAAKBgQ', 592, 'https://docs.openssl.org/master/man1/openssl-dsa/'],
] as const;

const pem = (random: Random, index: number, newline: string): string => {
  const [title, start, size] = KINDS[index % KINDS.length]!;
  const body = start + chars(random, size - start.length - 1, BASE64) + '=';
  const lines = inGroups(
    body,
    times(40, () => 64),
    newline,
  );
  return [`-----${'BEGIN'} ${title}-----`, lines, `-----END ${title}-----`].join(newline);
};

const TEXTS = [
  '§\n',
  'cat > ~/.ssh/id_rsa <<EOF\n§\nEOF\nchmod 600 ~/.ssh/id_rsa',
  'Here is the deploy key you asked for:\n\n§\n\nDelete this mail afterwards.',
  '```\n§\n```\nAnd then restart nginx.',
  'const key = `§`;',
  'Voici la clé privée :\n§\nMerci !',
  'PRIVATE_KEY="§"\n',
];

const JSON_TEXTS = [
  '{"type":"service_account","private_key":"§\\n","client_id":"1078"}',
  "const signer = createSign('RSA-SHA256').sign('§');",
  'APP_KEY="§"',
  '{"tls":{"key":"§"}}',
];

const INDENTED_TEXTS = [
  'tls.key: |\n  §\nname: web\n',
  'ssh:\n  key: |-\n  §\n',
  'write_files:\n- path: /etc/key.pem\n  content: |\n  §\n',
];

export const privateKeys = (random: Random): Planted[] => [
  ...times(7, (index) =>
    plant({ ...ABOUT, source: KINDS[index]![3] }, [TEXTS[index]!], [pem(random, index, '\n')]),
  ).flat(),
  ...times(4, (index) =>
    plant({ ...ABOUT, source: KINDS[index]![3] }, [JSON_TEXTS[index]!], [pem(random, index, String.raw`\n`)]),
  ).flat(),
  ...times(3, (index) =>
    plant({ ...ABOUT, source: KINDS[index]![3] }, [INDENTED_TEXTS[index]!], [pem(random, index, '\n  ')]),
  ).flat(),
  ...plant(
    { ...ABOUT, source: 'https://www.rfc-editor.org/rfc/rfc9580#section-6.2' },
    ['gpg --import <<EOF\n§\nEOF', 'Backup of the signing key:\n§\n'],
    times(2, () => {
      const body = inGroups(
        `lQOYB${chars(random, 1275, BASE64)}`,
        times(20, () => 64),
        '\n',
      );
      const title = 'PGP PRIVATE KEY BLOCK';
      return `-----${'BEGIN'} ${title}-----\n\n${body}\n=${chars(random, 4, BASE64)}\n-----END ${title}-----`;
    }),
  ),
];
