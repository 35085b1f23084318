/** What a claimer process is told, one line of JSON each. */
export type Command =
  | { readonly act: 'claim'; readonly key: string; readonly body: string; readonly times: number }
  | { readonly act: 'complete'; readonly key: string; readonly by: string }
  | { readonly act: 'release' | 'markEffects'; readonly key: string };

/** What became of each of a command's tries. */
export type Reply = readonly string[];
