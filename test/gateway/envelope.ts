import { expect } from 'vitest';

/** An error as Anthropic's clients know it. */
export interface Envelope {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
  readonly request_id: string;
}

export interface ReadError {
  readonly status: number;
  readonly type: string;
  readonly message: string;
  readonly headers: Headers;
}

/** Reads an answer that is an error in its whole form, and nothing beside it. */
export const readError = async (response: Response): Promise<ReadError> => {
  const text = await response.text();
  expect(response.headers.get('content-type'), text).toMatch(/^application\/json/);
  const body = JSON.parse(text) as Envelope;
  const string = expect.any(String) as string;
  expect(body).toEqual({ type: 'error', error: { type: string, message: string }, request_id: string });
  expect(body.request_id).toMatch(/^req_/);
  expect(response.headers.get('request-id')).toBe(body.request_id);
  const { type, message } = body.error;
  return { status: response.status, type, message, headers: response.headers };
};
