import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  /** Loads again, and keeps showing what is there until then. */
  readonly reload: () => void;
}

/**
 * What `load` gives, anew where one of `inputs` changes, and each `everyMs` while the page can be seen. What comes late, or of
 * earlier inputs, is dropped.
 */
export const useLoad = <T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
  everyMs?: number,
): Loaded<T> => {
  const [state, setState] = useState<{ readonly data?: T; readonly error?: unknown }>({});
  const [turn, setTurn] = useState(0);
  const shown = useRef('');
  const name = JSON.stringify(inputs);
  useEffect(() => {
    const leaving = new AbortController();
    if (shown.current !== name) setState({});
    shown.current = name;
    load(leaving.signal).then(
      (data) => !leaving.signal.aborted && setState({ data }),
      (error: unknown) => !leaving.signal.aborted && setState((before) => ({ ...before, error })),
    );
    return () => leaving.abort();
  }, [name, turn]);
  const reload = useCallback(() => setTurn((before) => before + 1), []);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return { data: state.data, error: state.error, reload };
};

/** An action of the user: whether it is under way, and what it met. */
export const useAction = () => {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const run = async (act: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setError(null);
    try {
      await act();
      return true;
    } catch (met) {
      setError(met);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, error, run };
};
