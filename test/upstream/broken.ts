export * from '../../testing/upstream/broken.ts';
