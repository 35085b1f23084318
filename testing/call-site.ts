/** Where a test called something of the kit: the frames of its stack, the test's own line first. */
export type CallSite = string;

/** The frames above `called`, which stands right below the test. */
// oxlint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as `captureStackTrace` takes it
export const callSite = (called: Function): CallSite => {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, called);
  return (holder.stack ?? '').replace(/^.*\n/, '');
};

/** The same error, whose stack begins at the test's own line; its own frames come after. */
export const pointingAt = (site: CallSite, error: unknown): unknown => {
  if (!(error instanceof Error)) return error;
  const own = /\n {4}at [\s\S]*$/.exec(error.stack ?? '')?.[0] ?? '';
  error.stack = `${error.name}: ${error.message}\n${site}${own}`;
  return error;
};
