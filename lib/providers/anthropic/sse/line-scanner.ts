const LF = 0x0a;
const CR = 0x0d;

/** Finds the blank lines of a text that comes in chunks; lines end with LF, CR or CRLF, mixed as they like. */
export interface LineScanner {
  /** Where in the chunk, the next one of the text, blank lines end: the indices after them, ascending. */
  endsIn(chunk: Buffer): number[];
  /** Whether the text so far ends with a blank line that an LF could still belong to. */
  readonly held: boolean;
}

export const createLineScanner = (): LineScanner => {
  let inLine = false;
  let heldCr = false;

  /** The line that a CR at a chunk's end ended: only now is it known whether an LF belongs to it. */
  const release = (chunk: Buffer, ends: number[]): number => {
    const at = chunk[0] === LF ? 1 : 0;
    if (!inLine) ends.push(at);
    inLine = false;
    heldCr = false;
    return at;
  };
  return {
    endsIn(chunk) {
      const ends: number[] = [];
      if (chunk.length === 0) return ends;
      let at = heldCr ? release(chunk, ends) : 0;
      let lf = chunk.indexOf(LF, at);
      let cr = chunk.indexOf(CR, at);
      while (lf !== -1 || cr !== -1) {
        const isCr = cr !== -1 && (lf === -1 || cr < lf);
        const end = isCr ? cr : lf;
        inLine ||= end > at;
        if (isCr && end + 1 === chunk.length) {
          heldCr = true;
          return ends;
        }
        at = isCr && lf === end + 1 ? end + 2 : end + 1;
        if (!inLine) ends.push(at);
        inLine = false;
        // Each is looked for anew only once it is passed: so a chunk is searched once for each, not once a line.
        if (lf !== -1 && lf < at) lf = chunk.indexOf(LF, at);
        if (cr !== -1 && cr < at) cr = chunk.indexOf(CR, at);
      }
      inLine ||= at < chunk.length;
      return ends;
    },
    get held() {
      return heldCr && !inLine;
    },
  };
};
