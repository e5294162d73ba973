import fc from 'fast-check';

/** One seed for all runs, so that CI is the same twice; `HOLDFAST_SEED` gives another. */
fc.configureGlobal({ seed: Number(process.env.HOLDFAST_SEED ?? 1) });

export default fc;
