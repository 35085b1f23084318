import { describe, expect, it } from 'vitest';
import { createAutoClock } from '../../testing/auto-clock.ts';

const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('an idle clock', () => {
  it('jumps from timer to timer in their order, and to none that was called off', async () => {
    const clock = createAutoClock(1_000);
    const fired: [string, number][] = [];
    const set = (name: string, ms: number) => clock.after(ms, () => void fired.push([name, clock.now()]));
    set('late', 5_000);
    set('early', 10);
    set('never', 20)();
    await turns(20);
    expect(fired).toEqual([
      ['early', 1_010],
      ['late', 6_000],
    ]);
  });

  it('fires what is set by what it fired before what is due later', async () => {
    const clock = createAutoClock(0);
    const fired: string[] = [];
    clock.after(100, () => void fired.push('second'));
    clock.after(10, () => void Promise.resolve().then(() => clock.after(10, () => void fired.push('first'))));
    await turns(20);
    expect(fired).toEqual(['first', 'second']);
    expect(clock.now()).toBe(100);
  });

  it('stands still while work is under way, and moves on when it ends', async () => {
    const clock = createAutoClock(0);
    const end = clock.begin({ what: 'a work', isWaiting: () => false });
    clock.after(10, () => {});
    await turns(50);
    expect(clock.now()).toBe(0);
    expect(clock.busyWith).toEqual(['a work']);
    end();
    await turns(10);
    expect(clock.now()).toBe(10);
  });

  it('moves while all work waits, and not while one of two does', async () => {
    const clock = createAutoClock(0);
    let waiting = false;
    clock.begin({ what: 'one', isWaiting: () => true });
    clock.begin({ what: 'other', isWaiting: () => waiting });
    clock.after(10, () => {});
    await turns(20);
    expect(clock.now()).toBe(0);
    waiting = true;
    clock.changed();
    await turns(10);
    expect(clock.now()).toBe(10);
  });

  it('gives whatever was started by a timer its turns before the next one', async () => {
    const clock = createAutoClock(0);
    const seen: number[] = [];
    clock.after(10, () => void Promise.resolve().then(() => seen.push(clock.now())));
    clock.after(11, () => {});
    await turns(20);
    expect(seen).toEqual([10]);
  });

  it('fires nothing once it has stopped', async () => {
    const clock = createAutoClock(0);
    clock.after(10, () => {});
    clock.stop();
    await turns(10);
    expect(clock.now()).toBe(0);
  });
});
