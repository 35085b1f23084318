import { crc32, deflateSync, inflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
const COLOURS = 256;
/** Bytes of a pixel, by the colour type of the file. */
const CHANNELS: Readonly<Record<number, number>> = { 2: 3, 6: 4 };

const chunk = (type: string, data: Buffer): Buffer => {
  const body = Buffer.concat([Buffer.from(type), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
};

const chunksOf = (png: Buffer): { readonly type: string; readonly data: Buffer }[] => {
  const chunks = [];
  for (let at = SIGNATURE.length; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({ type: png.toString('latin1', at + 4, at + 8), data: png.subarray(at + 8, at + 8 + length) });
    at += length + 12;
  }
  return chunks;
};

/** What the filter of a line took off a byte: PNG, section 9.2. */
const predicted = (filter: number, left: number, up: number, corner: number): number => {
  if (filter === 0) return 0;
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)];
  return a <= b && a <= c ? left : b <= c ? up : corner;
};

/** The colours of the pixels, each as one number. */
const pixelsOf = (raw: Buffer, width: number, height: number, channels: number): Uint32Array => {
  const stride = width * channels;
  const lines = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)] ?? 0;
    for (let x = 0; x < stride; x += 1) {
      const at = y * stride + x;
      const left = x < channels ? 0 : (lines[at - channels] ?? 0);
      const up = y === 0 ? 0 : (lines[at - stride] ?? 0);
      const corner = x < channels || y === 0 ? 0 : (lines[at - stride - channels] ?? 0);
      lines[at] = (raw[y * (stride + 1) + 1 + x] ?? 0) + predicted(filter, left, up, corner);
    }
  }
  return Uint32Array.from({ length: width * height }, (_, at) => lines.readUIntBE(at * channels, 3));
};

const distance = (a: number, b: number): number =>
  [16, 8, 0].reduce((sum, shift) => sum + (((a >> shift) & 255) - ((b >> shift) & 255)) ** 2, 0);

/** A picture of a page in its 256 commonest colours, a third of the bytes: all others are edges of letters. */
export const palettePng = (png: Buffer): Buffer => {
  const chunks = chunksOf(png);
  const header = chunks[0]?.data ?? Buffer.alloc(13);
  const [width, height, channels] = [header.readUInt32BE(0), header.readUInt32BE(4), CHANNELS[header[9] ?? 0] ?? 3];
  const data = chunks.filter(({ type }) => type === 'IDAT').map((each) => each.data);
  const pixels = pixelsOf(inflateSync(Buffer.concat(data)), width, height, channels);
  const counts = new Map<number, number>();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const byCount = [...counts].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
  const palette = byCount.slice(0, COLOURS);
  const nearest = (colour: number) =>
    palette.reduce((best, each, at) => (distance(each, colour) < distance(palette[best] ?? 0, colour) ? at : best), 0);
  const places = new Map(byCount.map((colour, at) => [colour, at < COLOURS ? at : nearest(colour)]));
  const lines = Buffer.alloc((width + 1) * height);
  pixels.forEach((colour, at) => {
    lines[Math.floor(at / width) * (width + 1) + 1 + (at % width)] = places.get(colour) ?? 0;
  });
  const table = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const form = Buffer.from(header);
  form[9] = 3;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', form),
    chunk('PLTE', table),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
