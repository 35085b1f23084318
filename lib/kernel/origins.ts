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
