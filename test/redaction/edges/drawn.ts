/** Drawn at random, so many characters. */
export const drawn = (length: number): string => 'aB3dE5fG7hJ9kL2mN4pQ6rS8tU1vW3xY5zA7bC9d'.slice(0, length);
