/** Gives a value without the secrets in it. */
export type Redact = <T>(value: T) => T;

/** Of the classes that are replaced by default, in whatever a run is kept with, or shown with to whoever asks for it. */
export const loadRedact = async (): Promise<Redact> => {
  const [{ redactJson }, { DEFAULT_CLASSES }] = await Promise.all([
    import('../../redaction/json-redactor.ts'),
    import('../../redaction/classes.ts'),
  ]);
  return (value) => redactJson(value, DEFAULT_CLASSES);
};
