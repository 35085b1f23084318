/** A line of the log, as it was written. */
export type LogLine = Readonly<Record<string, unknown>>;

/** Fields by which a line belongs to a request, a run, or an invocation of Lambda. */
const ID_FIELDS = ['requestId', 'runId', 'function_request_id'] as const;

const textOf = (line: LogLine, name: string): string | null => {
  const value = line[name];
  return typeof value === 'string' ? value : null;
};

/** The texts that lines have in a field, each once. */
export const valuesOf = (lines: readonly LogLine[], name: string): string[] => [
  ...new Set(lines.map((line) => textOf(line, name)).filter((value) => value !== null)),
];

const having = (lines: readonly LogLine[], ids: ReadonlySet<string>): LogLine[] =>
  lines.filter((line) => ID_FIELDS.some((field) => ids.has(textOf(line, field) ?? '')));

/** JSON lines as they were written, the metrics among them left out; a line that was cut off is none. */
export const parseLines = (text: string): LogLine[] =>
  text.split('\n').flatMap((line) => {
    if (!line.startsWith('{') || line.startsWith('{"_aws"')) return [];
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      return [];
    }
  });

/** All lines of the request or run of this id, and of the runs and requests that these lines name. */
export const linesOf = (lines: readonly LogLine[], id: string): LogLine[] => {
  const own = having(lines, new Set([id]));
  return having(lines, new Set([id, ...valuesOf(own, 'runId'), ...valuesOf(own, 'requestId')]));
};

/** Which runs the lines are about, and whose they are. */
export const namedIn = (lines: readonly LogLine[], id: string) => ({
  runIds: [...new Set([...(id.startsWith('run_') ? [id] : []), ...valuesOf(lines, 'runId')])],
  tenantId: valuesOf(lines, 'tenantId')[0] ?? null,
});
