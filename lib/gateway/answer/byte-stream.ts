import { Readable } from 'node:stream';

/** How much of an answer waits in memory for a client that does not read: then the upstream is not read either. */
const HIGH_WATER_BYTES = 64 * 1024;

/** A body that is written while it is sent. After `end`, or when the client has left, what is written is dropped. */
export interface ByteStream {
  readonly body: Readable;
  /**
   * Goes out with whatever else is written in this turn of the event loop: a write costs the same however small it is,
   * and an upstream's chunk is many events. A promise where the client has to read first before more is written.
   */
  write(bytes: Uint8Array | string): Promise<void> | undefined;
  end(): void;
}

export const createByteStream = (): ByteStream => {
  let open = true;
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
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
  const flush = () => {
    const parts = gathered;
    gathered = [];
    gatheredBytes = 0;
    if (open && parts.length > 0) body.push(parts.length === 1 ? parts[0] : Buffer.concat(parts));
  };
  return {
    body,
    write(bytes) {
      if (!open || bytes.length === 0) return undefined;
      if (gathered.length === 0) process.nextTick(flush);
      const part = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
      gathered.push(part);
      gatheredBytes += part.length;
      if (body.readableLength + gatheredBytes < HIGH_WATER_BYTES) return undefined;
      drained ??= Promise.withResolvers();
      return drained.promise;
    },
    end() {
      flush();
      if (open) body.push(null);
      open = false;
    },
  };
};
