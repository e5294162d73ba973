import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.soak.ts'],
    pool: 'forks',
    // The default leaves one core idle.
    maxWorkers: '100%',
    testTimeout: 30 * 60_000,
    hookTimeout: 60_000,
  },
});
