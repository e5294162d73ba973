/** The process of one sample: sample.mjs forks `contender.mjs <bench> <contender>`. */
const [name, contender = ''] = process.argv.slice(2);

// Its own timers would keep it alive for an hour after the run was interrupted.
process.once('disconnect', () => process.exit());

/** Says what there is to say, then waits until it may work on. */
const turn = (message = {}) =>
  new Promise((resolve) => {
    process.once('message', resolve);
    process.send?.(message);
  });

/** @type {{ bench: import('./sample.mjs').Bench }} */
const { bench } = await import(`./${name}.bench.mjs`);
await turn();
const sample = await bench.contenders[contender]?.(() => turn());
process.send?.({ sample }, () => process.exit());
