import type { Reporter } from 'vitest/node';

/** In the title of a suite that is left out where something is not there: see `test/pages/browser.ts`. */
const REASON = /\(skipped: (.*?)\)/;

/** Names each test that was skipped for a reason: the summary has their number alone, which is easily missed. */
export const namesSkipped = (print: (text: string) => void): Reporter => ({
  onTestRunEnd(modules) {
    const skipped = modules.flatMap(({ children }) =>
      [...children.allTests('skipped')].map(({ fullName }) => fullName),
    );
    const byReason = Map.groupBy(skipped, (name) => REASON.exec(name)?.[1] ?? '');
    for (const [reason, names] of byReason) {
      if (reason === '') continue;
      print(`\n SKIPPED ${names.length} tests: ${reason}.\n`);
      for (const name of names) print(`   ${name.replace(REASON, '').replaceAll(/ {2,}/g, ' ')}\n`);
    }
  },
});
