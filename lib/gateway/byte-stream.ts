import { Readable } from 'node:stream';

/** How much of an answer waits in memory for a client that does not read: then the upstream is not read either. */
const HIGH_WATER_BYTES = 64 * 1024;

/** A body that is written while it is sent. After `end`, or when the client has left, what is written is dropped. */
export interface ByteStream {
  readonly body: Readable;
  /** Goes out at once; a promise where the client has to read first before more is written. */
  write(bytes: Uint8Array | string): Promise<void> | undefined;
  end(): void;
}

export const createByteStream = (): ByteStream => {
  let open = true;
  let drained: PromiseWithResolvers<void> | null = null;
  const drain = () => {
    drained?.resolve();
    drained = null;
  };
  const body = new Readable({
    highWaterMark: HIGH_WATER_BYTES,
    read: drain,
    destroy(error, done) {
      open = false;
      drain();
      done(error);
    },
  });
  return {
    body,
    write(bytes) {
      if (!open || bytes.length === 0 || body.push(bytes)) return undefined;
      drained ??= Promise.withResolvers();
      return drained.promise;
    },
    end() {
      if (open) body.push(null);
      open = false;
    },
  };
};
