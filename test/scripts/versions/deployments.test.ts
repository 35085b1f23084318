import { describe, expect, it } from 'vitest';
import { deploymentsOf, movesTo, type StageFunction } from '../../../scripts/versions/deployments.ts';

const version = (number: number, commit: string, day: number) => ({
  number,
  version: `0.1.0+${commit}`,
  publishedAt: `2026-11-0${day}T10:00:00.000+0000`,
});

const HEALTH: StageFunction = {
  name: 'ballast-prod-health',
  alias: 'live',
  versions: [version(9, 'aaa', 1), version(10, 'bbb', 2), version(11, 'bbb', 3), version(12, 'ccc', 4)],
  live: [{ number: 12, share: 1 }],
};
const WORKER: StageFunction = {
  name: 'ballast-prod-execute-run',
  alias: 'durable',
  versions: [version(3, 'aaa', 1), version(4, 'bbb', 2), version(5, 'ccc', 4)],
  live: [{ number: 5, share: 1 }],
};
/** Deployed for the first time with the last deployment. */
const SESSIONS: StageFunction = {
  name: 'ballast-prod-sessions',
  alias: 'live',
  versions: [version(1, 'ccc', 4)],
  live: [{ number: 1, share: 1 }],
};
const ALL = [HEALTH, WORKER, SESSIONS];

describe('the deployments of a stage', () => {
  it('are those of all functions, the newest first, with what is live', () => {
    expect(deploymentsOf(ALL)).toEqual([
      { version: '0.1.0+ccc', publishedAt: '2026-11-04T10:00:00.000+0000', functions: 3, live: 3 },
      { version: '0.1.0+bbb', publishedAt: '2026-11-03T10:00:00.000+0000', functions: 2, live: 0 },
      { version: '0.1.0+aaa', publishedAt: '2026-11-01T10:00:00.000+0000', functions: 2, live: 0 },
    ]);
    const canary = {
      ...HEALTH,
      live: [
        { number: 11, share: 0.9 },
        { number: 12, share: 0.1 },
      ],
    };
    expect(deploymentsOf([canary, WORKER]).map(({ live }) => live)).toEqual([2, 1, 0]);
  });
});

describe('what is moved to an earlier deployment', () => {
  it('is each function to its newest version of it, by its own alias, and none that it did not have', () => {
    expect(movesTo(ALL, '0.1.0+bbb')).toEqual({
      moves: [
        { name: 'ballast-prod-health', alias: 'live', to: 11 },
        { name: 'ballast-prod-execute-run', alias: 'durable', to: 4 },
      ],
      younger: ['ballast-prod-sessions'],
    });
  });

  it('is nothing that is there, but what has a share elsewhere', () => {
    expect(movesTo(ALL, '0.1.0+ccc').moves).toEqual([]);
    const canary = {
      ...HEALTH,
      live: [
        { number: 12, share: 0.9 },
        { number: 11, share: 0.1 },
      ],
    };
    expect(movesTo([canary], '0.1.0+ccc').moves).toEqual([{ name: 'ballast-prod-health', alias: 'live', to: 12 }]);
  });
});
