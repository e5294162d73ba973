import { describe, expect, it } from 'vitest';
import { type Code, codes } from '../../runtime/errors.ts';
import type { Recoveries } from './recovery.ts';
import { recoveriesOfActors } from './recovery-of-actors.ts';
import { recoveriesOfCalls } from './recovery-of-calls.ts';
import { recoveriesOfData } from './recovery-of-data.ts';
import { recoveriesOfLog } from './recovery-of-log.ts';
import { recoveriesOfNetwork } from './recovery-of-network.ts';
import { recoveriesOfPeers } from './recovery-of-peers.ts';
import { recoveriesOfSandboxes } from './recovery-of-sandboxes.ts';
import { recoveriesOfWitness } from './recovery-of-witness.ts';

/** One for every code there is: the compiler finds those that are missing. */
const recoveries: Recoveries<Code> = {
  ...recoveriesOfActors,
  ...recoveriesOfCalls,
  ...recoveriesOfData,
  ...recoveriesOfLog,
  ...recoveriesOfNetwork,
  ...recoveriesOfPeers,
  ...recoveriesOfSandboxes,
  ...recoveriesOfWitness,
};

describe('after a fault there is service again', () => {
  it.each((Object.keys(codes) as Code[]).map((code) => [code, codes[code].recovery] as const))(
    'of %s, by %s',
    async (code, recovery) => {
      const { failed, isBack } = await recoveries[code].run();
      const seen = { code: Object(failed).code, recovery: recoveries[code].recovery, isBack };
      expect(seen).toEqual({ code, recovery, isBack: true });
    },
  );
});
