export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

type Read = (bytes: Buffer) => ImageSize | null;

const png: Read = (bytes) =>
  bytes.toString('latin1', 1, 4) === 'PNG' && bytes.toString('latin1', 12, 16) === 'IHDR'
    ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : null;

/** Start-of-frame markers; C4, C8 and CC lie among them and are something else. */
const isFrame = (marker: number): boolean => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

const START_OF_SCAN = 0xda;

/** Markers that no length follows; what comes after them could be read in two ways. */
const isBare = (marker: number): boolean => marker < 0xc0 || (marker >= 0xd0 && marker <= 0xd9) || marker === 0xff;

const jpeg: Read = (bytes) => {
  if (bytes.readUInt16BE(0) !== 0xffd8) return null;
  let size: ImageSize | null = null;
  for (let at = 2; bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes.readUInt8(at + 1);
    if (marker === START_OF_SCAN) return size;
    if (isBare(marker)) return null;
    if (!isFrame(marker)) continue;
    // Decoders disagree on which of two frames is the picture.
    if (size !== null) return null;
    size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
  }
  return null;
};

const webp: Read = (bytes) => {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WEBP') return null;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const packed = bytes.readUInt32LE(21);
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
};

const READERS: readonly Read[] = [png, jpeg, webp];

/** Where the size stands in files as they are made; a JPEG with more before its frame counts as unknown. */
const HEADER_CHARS = 256 * 1024;

/**
 * The size in pixels that the header of a base64 image tells; `null` where it tells none, or not beyond doubt.
 * A GIF never does: a frame may be larger than its screen, and decoders differ on which of them counts.
 */
export const imageSizeOf = (base64: string): ImageSize | null => {
  const bytes = Buffer.from(base64.slice(0, HEADER_CHARS), 'base64');
  for (const read of READERS) {
    try {
      const size = read(bytes);
      if (size !== null) return size.width > 0 && size.height > 0 ? size : null;
    } catch {
      // The header ends too early.
      return null;
    }
  }
  return null;
};
