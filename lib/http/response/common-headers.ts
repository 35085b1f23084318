/**
 * What every answer has unless it says otherwise: it is nobody's to keep, to guess at, to frame or to run, and only HTTPS
 * leads to it. The names and values are those of OWASP's REST Security Cheat Sheet; a browser obeys the last over HTTPS alone.
 */
export const COMMON_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'strict-transport-security': 'max-age=31536000',
};
