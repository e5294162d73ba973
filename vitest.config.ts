import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // The default leaves one core idle.
    maxWorkers: '100%',
    testTimeout: 20_000,
  },
});
