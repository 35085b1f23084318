import { useCallback, useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  /** Loads again, behind a load that is under way, and keeps showing what is there until then. */
  readonly reload: () => void;
}

interface Loading {
  /** Epoch milliseconds. */
  readonly since: number;
  /** Whether it is to be followed by another. */
  again: boolean;
}

/** Nothing that is asked takes as long: its connection is gone, as after a sleep of the machine. */
const LOST_MS = 60_000;

const isUnderWay = (loading: Loading | null): loading is Loading =>
  loading !== null && Date.now() - loading.since < LOST_MS;

/**
 * What `load` gives, anew where one of `inputs` changes, and each `everyMs` while the page can be seen. A load that takes longer
 * is waited for, not begun anew. What comes of earlier inputs is dropped.
 */
export const useLoad = <T>(
  load: (signal: AbortSignal) => Promise<T>,
  inputs: readonly unknown[],
  everyMs?: number,
): Loaded<T> => {
  const [state, setState] = useState<{ readonly data?: T; readonly error?: unknown }>({});
  const [turn, setTurn] = useState(0);
  const shown = useRef('');
  const loading = useRef<Loading | null>(null);
  const name = JSON.stringify(inputs);
  useEffect(() => {
    const leaving = new AbortController();
    if (shown.current !== name) setState({});
    shown.current = name;
    const own: Loading = { since: Date.now(), again: false };
    loading.current = own;
    const show = (next: (before: typeof state) => typeof state) => {
      if (leaving.signal.aborted) return;
      loading.current = null;
      setState(next);
      if (own.again) setTurn((before) => before + 1);
    };
    load(leaving.signal).then(
      (data) => show(() => ({ data })),
      (error: unknown) => show((before) => ({ ...before, error })),
    );
    return () => leaving.abort();
  }, [name, turn]);
  const reload = useCallback(() => {
    if (isUnderWay(loading.current)) loading.current.again = true;
    else setTurn((before) => before + 1);
  }, []);
  useEffect(() => {
    if (everyMs === undefined) return undefined;
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible' && !isUnderWay(loading.current)) reload();
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
