import type { PostToWitness } from '../../runtime/options/witnessing.ts';
import { createRuntime } from '../../runtime/runtime.ts';
import { simWorld } from '../../runtime/sim/world.ts';
import { audited, failure, settled } from './audit-stage.ts';
import type { Recoveries } from './recovery.ts';

/** A log and its witness, which answers by `post` at first. */
async function witnessed(trusts: boolean, post?: PostToWitness) {
  const { world, log } = await audited();
  const { witness } = await createRuntime({ world: simWorld({ seed: 2 }) });
  const mend = () => witness.trust({ verifierKey: log.verifierKey });
  if (trusts) mend();
  const ask = (by: PostToWitness) => {
    const { verifierKey } = witness;
    return settled(world, log.witnessedBy({ verifierKey, post: by }).cosign());
  };
  const failed = await failure(ask(post ?? witness.add.bind(witness)));
  return { failed, mend, isBack: async () => (await ask((body) => witness.add(body))) !== '' };
}

export const recoveriesOfWitness: Recoveries<'WITNESS_REFUSED' | 'WITNESS_UNAVAILABLE'> = {
  WITNESS_REFUSED: {
    recovery: 'operator',
    async run() {
      const { failed, mend, isBack } = await witnessed(false);
      mend();
      return { failed, isBack: await isBack() };
    },
  },
  WITNESS_UNAVAILABLE: {
    recovery: 'retry',
    async run() {
      const { failed, isBack } = await witnessed(true, () => Promise.reject(new Error('no route')));
      return { failed, isBack: await isBack() };
    },
  },
};
