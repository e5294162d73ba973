import { within } from '../actors/deadline.ts';
import { KeyActor } from '../actors/key.actor.ts';
import type { World } from '../actors/world.ts';
import { StorageError } from '../storage/faults.ts';
import type { Data } from './data.ts';
import { describeError } from './errors.ts';
import { Charts } from './kernel/charts.ts';
import type { Kernel } from './kernel/kernel.ts';
import type { RuntimeOptions } from './options/runtime.ts';
import type { OwnKey } from './own-identity.ts';
import { asHoldfastError } from './storage-errors.ts';
import { primitives } from './world/primitives.ts';

const RETRY_MS = 3_600_000;
/** For the disk to take the first keys. */
const BEGIN_MS = 5_000;
/** For a change that is under way, at the end. */
const CLOSE_MS = 5_000;
const MEANWHILE = 'who it is until it ends: put the last ones back before that';

export interface OpenedKeys {
  readonly actor: KeyActor;
  /** For what is lost by now, or is back, or could not be begun. Never fails. */
  lookAgain(): Promise<void>;
  /** Never fails. */
  close(): Promise<void>;
}

/** What is lost of them keeps nothing from starting: who asks for a change or a peer is told. */
export async function openKeys(
  world: World,
  kernel: Kernel,
  { keys }: RuntimeOptions,
  { audit, peerSeed, ring, path }: Pick<Data, 'audit' | 'peerSeed' | 'ring' | 'path'>,
): Promise<OpenedKeys> {
  const stream = world.random.stream('identity');
  const { identityMs, overlapMs, archiveMs } = keys;
  const actor = new KeyActor({
    ...{ primitives, firstSeed: peerSeed, files: ring, facts: audit.facts },
    kernel: new Charts(kernel, stream),
    random: (length) => stream.bytes(length),
    settings: { rotateMs: identityMs, overlapMs, archiveMs, retryMs: RETRY_MS },
  });
  await actor.open();
  let isHindered = false;
  /** A next key is committed to before anybody can have stolen the first one. */
  const begin = async (): Promise<void> => {
    const { fault, standings, isOver } = actor;
    // What nobody can steal from a disk needs no next key until it is asked for.
    if (path === undefined || fault !== undefined || standings.length > 0 || isOver) return;
    await within(world.clock, BEGIN_MS, actor.begin()).catch((error: unknown) => {
      const told = { generation: 0, error: describeError(error) };
      if (!isHindered) kernel.facts.publish('key.hindered', 'identity', told);
      isHindered = true;
    });
  };
  await begin();
  const isNobody = actor.identity instanceof StorageError;
  const who = isNobody ? 'nobody, until the last ones are back' : 'who it was at first';
  tellLost(kernel, actor, who);
  return {
    actor,
    lookAgain: async () => {
      const wasLost = actor.fault !== undefined;
      await actor.lookAgain();
      if (!wasLost) tellLost(kernel, actor, MEANWHILE);
      await begin();
    },
    close: () => within(world.clock, CLOSE_MS, actor.stop()).catch(() => {}),
  };
}

function tellLost({ log }: Kernel, { fault }: KeyActor, who: string): void {
  if (fault === undefined) return;
  const error = describeError(asHoldfastError(fault));
  log.error({ error }, `identity keys are lost: this runtime is ${who}`);
}

/** Or why there is none. */
export const ownKeyOf = ({ identity, chain }: KeyActor): OwnKey | StorageError =>
  identity instanceof StorageError
    ? identity
    : { identity, chain: chain.length === 0 ? undefined : chain };
