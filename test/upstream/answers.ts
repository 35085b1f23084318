export * from '../../testing/upstream/answers.ts';
