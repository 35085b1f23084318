import { describe, expect, it } from 'vitest';
import { type AlarmState, isNews, readTransitions } from '../../lib/alerts/alarm.ts';
import { notification, snsEvent } from './sns.ts';

const only = (message: unknown) => readTransitions(snsEvent(message))[0];

describe('a notification of CloudWatch', () => {
  it('is read without its free text', () => {
    const transition = only(notification());
    expect(transition).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      alarm: 'ballast-dev-errors',
      state: 'ALARM',
      previous: 'OK',
      changedAt: '2026-11-20T12:00:00.000Z',
    });
    expect(JSON.stringify(transition)).not.toMatch(/canary|123456789012/);
  });

  it('has the same id in each delivery, and another for each alarm and each change', () => {
    const id = (change = {}) => only(notification(change))?.id;
    expect(id()).toBe(id());
    const ids = [id(), id({ name: 'ballast-dev-probe-silent' }), id({ at: '2026-11-20T12:01:00.000+0000' })];
    expect(new Set(ids).size).toBe(3);
  });

  it.each<[string, unknown]>([
    ['no JSON', 'hello'],
    ['another JSON', { hello: 'there' }],
    ['an unknown state', { ...notification(), NewStateValue: 'BROKEN' }],
    ['no instant', { ...notification(), StateChangeTime: 'now' }],
    ['no name', { ...notification(), AlarmName: '' }],
  ])('is not %s', (_what, message) => {
    expect(only(message)).toBeNull();
  });

  it('comes in an event of SNS and in no other', () => {
    expect(() => readTransitions({ detail: {} })).toThrow();
    expect(readTransitions(snsEvent(notification(), 'hello', notification()))).toHaveLength(3);
  });
});

it.each<[AlarmState, AlarmState, boolean]>([
  ['OK', 'ALARM', true],
  ['INSUFFICIENT_DATA', 'ALARM', true],
  ['ALARM', 'OK', true],
  ['INSUFFICIENT_DATA', 'OK', false],
  ['ALARM', 'INSUFFICIENT_DATA', false],
])('A change from %s to %s is news: %s', (from, to, news) => {
  const transition = only(notification({ from, to }));
  expect(transition && isNews(transition)).toBe(news);
});
