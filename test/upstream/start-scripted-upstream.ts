export * from '../../testing/upstream/start-scripted-upstream.ts';
