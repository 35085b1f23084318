import { imageSizeOf } from './image-size.ts';

/** Side of the square patch that is one visual token, by the provider's vision guide. */
const PATCH_PX = 28;

/**
 * The most patches that are made of one image: the models of the high-resolution tier shrink what has more (or a longer
 * side than 2,576 px) before they look at it, the others already above 1,568. From stored copies of the vision guide; verify before production.
 */
const MOST_PATCHES = 4_784;

/** An older rule of the guide counts pixels / 750, which is a little more than one to a patch. */
const tokensOf = (patches: number): number => Math.ceil((patches * PATCH_PX * PATCH_PX) / 750);

/** The most tokens that any image is billed for, whatever its size. */
export const MOST_IMAGE_TOKENS = tokensOf(MOST_PATCHES);

/** The most tokens that a base64 image is billed for, by the size in its header where that is beyond doubt. */
export const imageTokenBound = (base64: string): number => {
  const size = imageSizeOf(base64);
  if (size === null) return MOST_IMAGE_TOKENS;
  const patches = Math.ceil(size.width / PATCH_PX) * Math.ceil(size.height / PATCH_PX);
  return tokensOf(Math.min(patches, MOST_PATCHES));
};
