/** What is made at its first use and kept; where making it failed, the next use tries again. */
export const lazy = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let making: Promise<T> | undefined;
  return () => {
    making ??= make().catch((error: unknown) => {
      making = undefined;
      throw error;
    });
    return making;
  };
};
