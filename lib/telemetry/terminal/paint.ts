/** Colours for a terminal, or none. */
export type Paint = Readonly<Record<keyof typeof CODES, (text: string) => string>>;

const CODES = { bold: 1, red: 31, green: 32, yellow: 33, cyan: 36, dim: 90 } as const;

const painted =
  (code: number, colours: boolean) =>
  (text: string): string =>
    colours ? `\x1b[${code}m${text}\x1b[0m` : text;

export const createPaint = (colours: boolean): Paint => ({
  bold: painted(CODES.bold, colours),
  red: painted(CODES.red, colours),
  green: painted(CODES.green, colours),
  yellow: painted(CODES.yellow, colours),
  cyan: painted(CODES.cyan, colours),
  dim: painted(CODES.dim, colours),
});
