/** A percent-escaped text as it was before; `null`: it holds an escape that does not decode. */
export const decodedOnce = (text: string): string | null => {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
};
