export * from '../../testing/upstream/gate.ts';
