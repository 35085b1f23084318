import { expect, it } from 'vitest';
import { AppError } from '../../lib/kernel/errors.ts';
import { safe } from '../../lib/kernel/redacted.ts';

it('an error with headers is the same error in all else, and its own headers win', () => {
  const options = {
    cause: new Error('why'),
    retryAfterMs: 7,
    allow: ['GET'],
    members: { runId: 'r' },
    issues: [{ path: 'model', message: safe`no` }],
    figures: { limit: '1', used: '1', reserved: '0', asked: '1' },
    told: { message: 'theirs' },
  };
  const error = new AppError('rate-limited', safe`later`, { ...options, headers: { a: '1' } });
  const wanted = new AppError('rate-limited', safe`later`, { ...options, headers: { a: '1', b: '2' } });
  const told = error.withHeaders({ a: '9', b: '2' });
  expect({ ...told, cause: told.cause }).toEqual({ ...wanted, cause: wanted.cause });
  const bare = new AppError('internal', safe`broken`);
  expect({ ...bare.withHeaders({}) }).toEqual({ ...bare });
});
