/** Headers of images as base64, written byte by byte after the formats' specifications; none of them can be shown. */
const base64 = (...parts: readonly (readonly number[] | string)[]): string =>
  Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))),
  ).toString('base64');

const be16 = (value: number) => [value >>> 8, value & 0xff];
const be32 = (value: number) => [...be16(value >>> 16), ...be16(value & 0xffff)];
const le16 = (value: number) => be16(value).reverse();
const le24 = (value: number) => [...le16(value & 0xffff), value >>> 16];
const le32 = (value: number) => be32(value).reverse();

export const png = (width: number, height: number) =>
  base64([0x89], 'PNG\r\n\x1a\n', be32(13), 'IHDR', be32(width), be32(height), [8, 6, 0, 0, 0]);

const segment = (marker: number, content: readonly number[]) => [0xff, marker, ...be16(content.length + 2), ...content];
const frame = (width: number, height: number, marker = 0xc0) =>
  segment(marker, [8, ...be16(height), ...be16(width), 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]);
const scan = segment(0xda, [1, 1, 0, 0, 63, 0]);

/** A JPEG of one frame, or as many as are given, after `preface` bytes of metadata. */
export const jpeg = (sizes: readonly (readonly [number, number])[], { preface = 14, marker = 0xc0 } = {}) =>
  base64(
    [0xff, 0xd8],
    segment(0xe1, new Array<number>(preface).fill(0xff)),
    ...sizes.map(([width, height]) => frame(width, height, marker)),
    scan,
  );

/** One whose restart marker, which has no length, makes a careless reader jump over its true frame to a smaller one. */
export const jpegInDisguise = () => {
  const hidden = [0xff, 0xd0, ...frame(8_000, 8_000)];
  const jump = 0xffc0 + 2;
  return base64([0xff, 0xd8], hidden, new Array<number>(jump - hidden.length).fill(0), frame(1, 1), scan);
};

const riff = (kind: string, body: readonly number[]) =>
  base64('RIFF', le32(body.length + 12), 'WEBP', kind, le32(body.length), body);

export const webp = {
  lossy: (width: number, height: number) => riff('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a, ...le16(width), ...le16(height)]),
  lossless: (width: number, height: number) =>
    riff('VP8L', [0x2f, ...le32(((width - 1) | ((height - 1) << 14)) >>> 0)]),
  extended: (width: number, height: number) => riff('VP8X', [0, 0, 0, 0, ...le24(width - 1), ...le24(height - 1)]),
};

export const gif = (width: number, height: number) => base64('GIF89a', le16(width), le16(height), [0, 0, 0]);
