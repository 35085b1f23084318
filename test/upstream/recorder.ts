export * from '../../testing/upstream/recorder.ts';
