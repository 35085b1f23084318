import type { ServerResponse } from 'node:http';
import { Writable } from 'node:stream';
import type { Clock } from '../lib/kernel/clock.ts';
import { metadataOf } from './lambda-shim.ts';
import { setHead } from './response-head.ts';

/** How long a client may leave us standing without reading: the idle limit of a regional API. */
export const STALLED_MS = 300_000;

/** Resolves the write when the client has taken what is buffered, or has gone, which it counts as when it stalls. */
const drained = (response: ServerResponse, clock: Clock, done: () => void): void => {
  const resume = () => {
    callOff();
    response.off('drain', resume).off('close', resume);
    done();
  };
  const callOff = clock.after(STALLED_MS, () => response.destroy());
  response.once('drain', resume).once('close', resume);
};

/**
 * The stream a streaming function writes to, with the client's own back-pressure. As on Lambda the function never learns
 * from it that the client has left: what it writes from then on is dropped. Destroyed before its end, it cuts the connection,
 * so that nobody takes a part for the whole.
 */
export const createResponseStream = (response: ServerResponse, requestId: string, clock: Clock): Writable => {
  const commit = () => {
    if (response.headersSent) return;
    const told = metadataOf(stream);
    if (told === undefined) throw new TypeError('the function wrote before it gave its answer a status');
    setHead(response, told, requestId);
    response.flushHeaders();
  };
  let hasBegun = false;
  /**
   * What is written in one turn of the event loop goes out together: the head with a short answer, many small events. The
   * first bytes wait for no more than what is written in the same breath.
   */
  const gather = (length: number) => {
    // The response's own cork would send the last chunk after the mark of its end.
    const { socket } = response;
    if (socket === null) return;
    if (socket.writableCorked === 0) {
      socket.cork();
      setImmediate(() => socket.uncork());
    }
    if (hasBegun || length === 0) return;
    hasBegun = true;
    process.nextTick(() => socket.uncork());
  };
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        gather(chunk.length);
        commit();
      } catch (error) {
        return done(error as Error);
      }
      if (response.destroyed || chunk.length === 0 || response.write(chunk)) return done();
      drained(response, clock, done);
    },
    final(done) {
      try {
        gather(0);
        commit();
      } catch (error) {
        return done(error as Error);
      }
      response.end();
      done();
    },
    destroy(error, done) {
      if (response.headersSent && !response.writableEnded) {
        response.socket?.uncork();
        response.destroy();
      }
      done(error);
    },
  });
  return stream;
};
