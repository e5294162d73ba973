/** A service whose checks and subscribers do all that they may not; says what was told of them. */
import { createRuntime } from 'holdfast';

const rt = await createRuntime({
  name: 'shop',
  diagnostics: { port: 0, token: 'correct.horse.battery' },
});
/** @type {unknown[]} */
const told = [];
rt.events$.subscribe(() => {
  throw new Error('a sink that throws');
});
rt.events$.subscribe(() => new Promise(() => {}));
rt.events$.subscribe(({ type, subject }) => {
  if (type.startsWith('health.')) told.push(`${type} ${subject}`);
});

/** @type {Record<string, import('holdfast').HealthCheck>} */
const checks = {
  throws: () => {
    throw new Error('token=hunter2hunter2\nrefused');
  },
  rejects: () => Promise.reject(undefined),
  forgets: () => {
    setTimeout(() => {
      throw new Error('where nobody catches it');
    });
    return new Promise((resolve) => setTimeout(() => resolve('pass'), 50));
  },
  garbage: () => /** @type {any} */ ('up'),
  endless: () => new Promise(() => {}),
  infinite: () => ({ status: 'pass', observed: { value: 1 / 0, unit: 'ms' } }),
  lines: () => ({
    status: 'warn',
    because: 'a\n# EOF',
    observed: { value: 1, unit: 'ms"\n# EOF' },
  }),
};
for (const [name, check] of Object.entries(checks)) {
  rt.healthCheck(name, check, { timeoutMs: 200, everyMs: 3_600_000 });
}
process.on('disconnect', () => process.exit());
process.on('message', () => process.send?.(told));
process.send?.(rt.diagnosticsUrl);
