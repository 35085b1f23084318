import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { imageTokenBound, MOST_IMAGE_TOKENS } from '../../../lib/pricing/bounds/image-bound.ts';
import { imageSizeOf } from '../../../lib/pricing/bounds/image-size.ts';
import { gif, jpeg, jpegInDisguise, png, webp } from '../../usage/pictures.ts';

const SEED = 20261121;

describe('the size in the header', () => {
  it.each([
    ['a PNG', png(1_092, 768)],
    ['a baseline JPEG', jpeg([[1_092, 768]])],
    ['a progressive JPEG behind 60,000 bytes of metadata', jpeg([[1_092, 768]], { marker: 0xc2, preface: 60_000 })],
    ['a lossy WebP', webp.lossy(1_092, 768)],
    ['a lossless WebP', webp.lossless(1_092, 768)],
    ['an extended WebP', webp.extended(1_092, 768)],
  ])('is read from %s', (_, data) => {
    expect(imageSizeOf(data)).toEqual({ width: 1_092, height: 768 });
  });

  it.each([
    ['a GIF, whose frames may be larger than its screen', gif(10, 10)],
    [
      'a JPEG with two frames',
      jpeg([
        [10, 10],
        [8_000, 8_000],
      ]),
    ],
    ['a JPEG without a frame', jpeg([])],
    ['a JPEG with a marker that no length follows', jpegInDisguise()],
    ['a Huffman table in the place of a frame', jpeg([[10, 10]], { marker: 0xc4 })],
    ['an image without an area', png(0, 100)],
    ['a header that ends too early', png(100, 100).slice(0, 24)],
    ['a WebP of an unknown kind', Buffer.from('RIFF    WEBPVP9X                ').toString('base64')],
    ['text', Buffer.from('not an image at all, but long enough to be one').toString('base64')],
    ['no base64', '!!!!'],
    ['nothing', ''],
  ])('is unknown for %s', (_, data) => {
    expect(imageSizeOf(data)).toBeNull();
  });
});

describe('the tokens of an image', () => {
  // By hand: patches of 28 pixels a side, times 784, over 750, rounded up.
  it.each([
    [28, 28, 2],
    [200, 200, 67],
    [1_000, 1_000, 1_355],
    [1_092, 1_092, 1_590],
    [1_920, 1_080, 2_813],
    [8_000, 8_000, 5_001],
    [8_000, 1, 299],
  ])('of %i by %i pixels are at most %i', (width, height, expected) => {
    expect(imageTokenBound(png(width, height))).toBe(expected);
  });

  it('are never below either published rule, and never above the most', () => {
    const side = fc.integer({ min: 1, max: 8_000 });
    fc.assert(
      fc.property(side, side, (width, height) => {
        const bound = imageTokenBound(png(width, height));
        const shrunk = Math.min(1, 2_576 / Math.max(width, height));
        const patches = Math.ceil((width * shrunk) / 28) * Math.ceil((height * shrunk) / 28);
        expect(bound).toBeGreaterThanOrEqual(Math.min(patches, 4_784));
        expect(bound).toBeGreaterThanOrEqual(Math.min((width * height) / 750, 4_784));
        expect(bound).toBeLessThanOrEqual(MOST_IMAGE_TOKENS);
      }),
      { seed: SEED },
    );
  });

  it('are the most for an image of unknown size', () => {
    expect(imageTokenBound(gif(1, 1))).toBe(5_001);
  });
});
