import type { Random } from '../../../../lib/kernel/clock.ts';
import { BASE64, BASE64URL, chars, inGroups, times } from '../draw.ts';
import { type LookAlike, lookAlikes } from '../shape.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const lines = (text: string) =>
  inGroups(
    text,
    times(40, () => 64),
    '\n',
  );

export const encoded = (random: Random): LookAlike[] => [
  ...lookAlikes('base64', 'https://www.rfc-editor.org/rfc/rfc4648', [
    base64('The quick brown fox jumps over the lazy dog.'),
    `{"data":"${base64('{"page":2,"after":"2026-11-03"}')}"}`,
    `data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA${chars(random, 160, BASE64)}`,
    `data:image/jpeg;base64,/9j/4AAQSkZJRgABAQ${chars(random, 240, BASE64)}==`,
    `url("data:font/woff2;base64,d09GMgABAAAAA${chars(random, 200, BASE64)}")`,
    `<img src="data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7">`,
    `Content-Transfer-Encoding: base64\n\n${lines(base64('Lorem ipsum dolor sit amet, consectetur. '.repeat(6)))}`,
    `nextCursor=${base64('{"offset":100,"limit":50}')}`,
    `=?UTF-8?B?${base64('Grüße aus München')}?=`,
    `atob("${base64('hello, world')}")`,
    `"content": "${base64('# Title\n\nSome Markdown with a list.\n')}"`,
    `//# sourceMappingURL=data:application/json;base64,${base64('{"version":3,"sources":["a.ts"],"mappings":"AAAA"}')}`,
    `Sec-WebSocket-Key: ${base64('the sample nonce')}`,
    `pdf: JVBERi0xLjcKJeLjz9MK${chars(random, 120, BASE64)}`,
    `H4sIAAAAAAAAA${chars(random, 140, BASE64URL)}`,
  ]),
  ...lookAlikes('public-key', 'https://www.rfc-editor.org/rfc/rfc7468; https://man.openbsd.org/sshd#AUTHORIZED_KEYS', [
    `-----BEGIN PUBLIC KEY-----\n${lines(`MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A${chars(random, 360, BASE64)}`)}\n-----END PUBLIC KEY-----`,
    `-----BEGIN CERTIFICATE-----\n${lines(`MIIDdzCCAl+gAwIBAgIE${chars(random, 800, BASE64)}`)}\n-----END CERTIFICATE-----`,
    `-----BEGIN CERTIFICATE REQUEST-----\n${lines(`MIICijCCAXICAQAw${chars(random, 500, BASE64)}`)}\n-----END CERTIFICATE REQUEST-----`,
    `-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n${lines(`mQENB${chars(random, 500, BASE64)}`)}\n-----END PGP PUBLIC KEY BLOCK-----`,
    `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${chars(random, 43, BASE64)}`,
    `ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ${chars(random, 340, BASE64)}`,
    `SHA256:${chars(random, 43, BASE64)} (ED25519)`,
    `{"kty":"RSA","e":"AQAB","n":"${chars(random, 342, BASE64URL)}"}`,
    'Files begin with "-----BEGIN RSA PRIVATE KEY-----" in the old form.',
    'if (text.includes("-----BEGIN PRIVATE KEY-----")) warn();',
  ]),
];
