import { useEffect, useState } from 'preact/hooks';

/** Where the console is: the words of `#/runs/run_x`, decoded. */
export type Place = readonly string[];

const placeOf = (hash: string): Place =>
  hash
    .replace(/^#?\/?/, '')
    .split('/')
    .filter((word) => word !== '')
    .map((word) => {
      try {
        return decodeURIComponent(word);
      } catch {
        return word;
      }
    });

export const usePlace = (): Place => {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const look = () => setHash(location.hash);
    addEventListener('hashchange', look);
    return () => removeEventListener('hashchange', look);
  }, []);
  return placeOf(hash);
};

export const go = (...place: readonly string[]): void => {
  location.hash = `/${place.map(encodeURIComponent).join('/')}`;
};

export const linkTo = (...place: readonly string[]): string => `#/${place.map(encodeURIComponent).join('/')}`;
