import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** For the element that an address names by this id: it is opened and scrolled to, once it is there. `undefined`: it names none. */
export const useShown = (id: string | undefined, isThere: boolean): RefObject<HTMLElement | null> => {
  const element = useRef<HTMLElement>(null);
  useEffect(() => {
    if (id === undefined || !isThere) return;
    if (element.current?.tagName === 'DETAILS') element.current.setAttribute('open', '');
    element.current?.scrollIntoView({ block: 'center' });
  }, [id, isThere]);
  return element;
};
