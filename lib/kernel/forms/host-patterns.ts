const NAME = /^(?:\*\.)?[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The parts of a list that is separated by commas, in lower case; blanks around them and empty ones count for nothing. */
export const hostPatternsIn = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');

/** A name of this machine, as URLs write it. */
export const isLoopbackHost = (host: string): boolean => LOOPBACK.has(host);

/** A star stands for one label or more before at least two others: nobody allows all of `.com`. */
const isPattern = (part: string): boolean =>
  isLoopbackHost(part) || (NAME.test(part) && (!part.startsWith('*.') || part.split('.').length > 2));

/** Whether each is the name of a host, such as `hooks.example.com`, or of all below one, such as `*.example.com`. */
export const areHostPatterns = (text: string): boolean => hostPatternsIn(text).every(isPattern);

/** Whether a host, as `URL.hostname` writes it, is one of those. */
export const matchesHost = (host: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) => (pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern));
