import { Branch } from '../kernel/branch.ts';
import type { Child } from '../kernel/child.ts';
import { Leaf } from '../kernel/leaf.ts';
import { maskName } from '../masking.ts';

export interface ToldActor {
  readonly id: string;
  readonly state: Child['state'];
  readonly incarnation: number;
  /** Restarts that count for its window. */
  readonly restarts: number;
  /** Events in its mailbox. */
  readonly waiting: number;
}

export interface ToldSupervisor extends Omit<ToldActor, 'waiting'> {
  readonly children: readonly (ToldActor | ToldSupervisor)[];
  /** Children that are not told of. */
  readonly more: number;
}

export interface TreeSummary {
  readonly root: ToldSupervisor;
  /** Events in the mailboxes of those that are told of. */
  readonly waiting: number;
  readonly told: number;
}

/** Of one supervisor. */
const CHILDREN_MAX = 200;

interface Floor {
  readonly branch: Branch;
  readonly told: ToldSupervisor & { children: (ToldActor | ToldSupervisor)[]; more: number };
}

/** The upper floors below the root, `toldMax` of those in them, each floor before the next. */
export function treeSummary(root: Branch, toldMax: number): TreeSummary {
  const top = floorOf(root);
  const floors = [top];
  let told = 0;
  let waiting = 0;
  for (const { branch, told: above } of floors) {
    for (const child of branch.children.values()) {
      if (told >= toldMax || above.children.length >= CHILDREN_MAX) break;
      told += 1;
      above.more -= 1;
      if (child instanceof Branch) {
        const floor = floorOf(child);
        floors.push(floor);
        above.children.push(floor.told);
      } else {
        const actor = { ...plain(child), waiting: child instanceof Leaf ? child.waiting : 0 };
        waiting += actor.waiting;
        above.children.push(actor);
      }
    }
  }
  return { root: top.told, waiting, told };
}

const floorOf = (branch: Branch): Floor => ({
  branch,
  told: { ...plain(branch), children: [], more: branch.children.size },
});

const plain = ({ id, state, incarnation, history }: Child) => ({
  id: maskName(id),
  state,
  incarnation,
  restarts: history.restartsAtMs.length,
});
