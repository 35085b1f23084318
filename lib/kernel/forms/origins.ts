const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether it leads to this machine. */
export const isLoopbackUrl = (text: string): boolean => {
  const { hostname } = new URL(text);
  return LOOPBACK.has(hostname) || /^127\.|^0\.0\.0\.0$|^\[::\]$|\.localhost$/.test(hostname);
};

/** Whether nobody on the way can change or read what is exchanged with `text`: an https URL, or an http one of this machine. */
export const isProtectedUrl = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));
};

/** A scheme that browsers give pages of extensions and applications; their `URL.origin` is `null`. */
const OF_AN_APPLICATION = /^[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+$/;

const isOrigin = (text: string): boolean => {
  if (text.includes('*') || !URL.canParse(text)) return false;
  const { origin, protocol } = new URL(text);
  return protocol === 'http:' || protocol === 'https:' ? origin === text : OF_AN_APPLICATION.test(text);
};

/** The parts of a list that is separated by commas; blanks around them and empty ones count for nothing. */
const partsOf = (text: string): string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** Whether each is an origin as browsers write it: scheme, host and port, no path, no `*`. */
export const areOrigins = (text: string): boolean => partsOf(text).every(isOrigin);

/** The origins of such a list. */
export const originsIn = (text: string): ReadonlySet<string> => new Set(partsOf(text));
