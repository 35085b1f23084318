import { type Edge, kept } from './edge.ts';

const found = (before: string, secret: string, after = '@db'): Edge => [
  `${before}${secret}${after}`,
  `${before}[REDACTED_API_KEY]${after}`,
];

/** Passwords in addresses (RFC 3986, 3.1 and 3.2). */
export const ADDRESS_EDGES: readonly Edge[] = [
  // What a password may have in it, and begin with.
  ...[...`-._~!$&'()*+,;=:@%^|`].map((sign) => found('redis://app:', `abc${sign}def12`)),
  ...[...'-._~!&*+%^'].map((sign) => found('redis://app:', `${sign}abcdef12`)),
  ...['{password1}', 'a{password1}', '[password1]', 'a[password1]', '%s%s%s%s1a', 'abcdef1/2', 'YOURpassword1'].map(
    (secret) => kept(`redis://app:${secret}@db`),
  ),
  // A scheme has letters, digits, `+`, `.` and `-`, 21 at most, and no letter or digit before it; a name has 32 characters at most.
  ...[
    'postgresql+psycopg2',
    's3',
    'coap+ws',
    'svn.ssh',
    'z39.50r',
    'h+2',
    'a-b',
    'abcdefghijklmnopqrstu',
    '_redis',
  ].map((scheme) => found(`${scheme}://app:`, 'abcdef12')),
  ...['abcdefghijklmnopqrstuv', '1redis', '+redis'].map((scheme) =>
    scheme === '+redis' ? found(`${scheme}://app:`, 'abcdef12') : kept(`${scheme}://app:abcdef12@db`),
  ),
  found(`redis://${'a'.repeat(32)}:`, 'abcdef12'),
  kept(`redis://${'a'.repeat(33)}:abcdef12@db`),
  ...[...' :@/?#"\'<>'].map((sign) => kept(`redis://a${sign}b:abcdef12@d`.replace('@d', '@ d'))),
  ...[...' /?#"\'<>'].map((sign) => kept(`redis://a${sign}b:abcdef12@db`)),
  kept('redis://app: abcdef12@db'),
  // Nor is what stands behind the address of a host.
  kept('docker://localhost:5000/app:release-2026@sha256:4d6c12'),
  kept('redis://app:see abcdef12@db'),
  // A host begins with a letter or a digit; the last `@` is before it. It ends within 96 characters.
  found('redis://app:', 'abcdef12', '@1.2.3.4'),
  kept('redis://app:abcdef12@-db'),
  kept('redis://app:abcdef12@.b'),
  found('redis://app:', `${'abc4'.repeat(23)}a`),
  found('redis://app:', `${'abc4'.repeat(23)}ab`, '@d'),
  kept(`redis://app:${'abc4'.repeat(24)}@db`),
];
