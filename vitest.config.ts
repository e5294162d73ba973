import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** No test there touches what a process has but once: one process may run many of the files. */
const pure = [
  ...['machines', 'storage', 'actors', 'runtime/options', 'runtime/cli', 'runtime/sim'],
  ...['runtime/kernel', 'runtime/inspector', 'simulation', 'examples'],
]
  .map((room) => `test/${room}/**/!(*.containment|*.chromium).test.ts`)
  // One of them weighs what its process holds.
  .concat('test/runtime/!(*.containment|defects).test.ts');

export default defineConfig({
  test: {
    pool: 'forks',
    // Many of them wait for processes, disks and deadlines.
    maxWorkers: Math.ceil(1.5 * availableParallelism()),
    testTimeout: 20_000,
    setupFiles: 'test/setup.ts',
    projects: [
      { extends: true, test: { name: 'pure', include: pure, isolate: false } },
      { extends: true, test: { name: 'apart', include: ['test/**/*.test.ts'], exclude: pure } },
    ],
  },
});
