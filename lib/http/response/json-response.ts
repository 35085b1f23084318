import type { HttpResponse } from '../types.ts';

/** A JSON answer. */
export const jsonResponse = (body: unknown, statusCode = 200): HttpResponse => ({
  statusCode,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
});
