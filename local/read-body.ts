import type { IncomingMessage } from 'node:http';
import type { Clock } from '../lib/kernel/clock.ts';
import { AppError } from '../lib/kernel/errors.ts';
import { safe } from '../lib/kernel/redacted.ts';

/** The largest payload that Lambda takes and a buffered function may give: 6 MB and a little. */
export const MAX_PAYLOAD_BYTES = 6_291_556;

/** A JSON string needs at most six bytes for one of the body (`\u0000`); below this share nothing has to be counted. */
const SURELY_FITS_BYTES = MAX_PAYLOAD_BYTES / 6 - 128 * 1024;

const tooLarge = () =>
  new AppError('payload-too-large', safe`The request, as a Lambda event, is over ${MAX_PAYLOAD_BYTES} bytes.`);

/** Refuses by what the request says of itself, before anything of it is read. */
export const checkDeclaredLength = ({ headers }: Pick<IncomingMessage, 'headers'>): void => {
  if (Number(headers['content-length'] ?? 0) > MAX_PAYLOAD_BYTES) throw tooLarge();
};

/** Refuses an event that Lambda would: what counts is its JSON, in which quotes and control characters take more than a byte. */
export const checkEventSize = (event: { readonly body: string | null }): void => {
  if ((event.body?.length ?? 0) < SURELY_FITS_BYTES) return;
  if (Buffer.byteLength(JSON.stringify(event)) > MAX_PAYLOAD_BYTES) throw tooLarge();
};

/** How long a body may take, whatever comes of it; the largest one needs 0.8 Mbit/s for that. */
const ARRIVAL_MS = 60_000;

/**
 * Reads the body to its end. Rejects with `payload-too-large` as soon as it is, and lets the rest run into the void:
 * a client that writes its whole body before it reads can then read the answer. Rejects with `invalid-request` when it takes
 * longer than a minute, once `hangUp` has been called, and with another error when it is cut off.
 */
export const readBody = (request: IncomingMessage, clock: Clock, hangUp = () => {}): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const callOff = clock.after(ARRIVAL_MS, () => {
      request.off('data', keep).resume();
      hangUp();
      reject(new AppError('invalid-request', safe`The body did not arrive within ${ARRIVAL_MS / 1_000} s.`));
    });
    const keep = (part: Buffer) => {
      length += part.length;
      if (length <= MAX_PAYLOAD_BYTES) return void parts.push(part);
      request.off('data', keep).resume();
      parts.length = 0;
      reject(tooLarge());
    };
    request.on('data', keep);
    request.once('end', () => {
      callOff();
      resolve(Buffer.concat(parts));
    });
    request.once('error', reject);
    request.once('close', () => {
      callOff();
      reject(new Error('the client left in the middle of its body'));
    });
  });
