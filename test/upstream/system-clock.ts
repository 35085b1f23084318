export * from '../../testing/upstream/system-clock.ts';
