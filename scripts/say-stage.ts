/** Which stage, in which region, a command is about to act on, as a line for people. */
export const onAws = (stage: string, region: string | undefined): string =>
  `On AWS: the stage ${stage}, in ${region ?? 'the region of your profile'}.\n`;

interface RegionalClient {
  readonly config: { readonly region: () => Promise<string> };
}

/** Says it on the standard error, with the region that the client found. */
export const sayStage = async (stage: string, { config }: RegionalClient): Promise<void> => {
  // Where it found none, what is asked next says so.
  const region = await config.region().catch(() => undefined);
  process.stderr.write(onAws(stage, region));
};
