/** What the API answers with where it refuses, as far as a person is shown it. */
export interface Problem {
  readonly detail: string;
  readonly code: string;
  readonly requestId?: string;
  readonly runId?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

export const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && typeof Reflect.get(value, 'detail') === 'string';

const WAYS_OUT: Readonly<Record<string, string>> = {
  unauthenticated: ' Give another by --key, or BALLAST_API_KEY.',
};

/** Its sentence, the fields that are wrong, and what it is found by in the log. */
export const describeProblem = ({ detail, code, requestId, runId, errors = [] }: Problem): string => {
  const fields = errors.map(({ path, message }) => `\n  ${path} ${message}`).join('');
  const ids = [code, requestId, runId].filter((id) => id !== undefined).join(', ');
  return `${detail}${WAYS_OUT[code] ?? ''} (${ids})${fields}`;
};
