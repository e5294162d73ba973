import { sameBytes } from './bytes.ts';
import { StorageError } from './faults.ts';
import { type LeavesBetween, LogTree } from './log-tree.ts';
import type { Checkpoint } from './proofs/checkpoint.ts';
import { type Verification, worst } from './verification.ts';

/**
 * What is to be said of a log that was verified, beside a checkpoint of it that was kept where its
 * writer cannot reach it: there the first records are, whoever has the keys.
 * @param pause lets others work, between one piece of work and the next
 */
export async function verifyAnchored(
  found: Verification,
  anchor: Checkpoint,
  leaves: LeavesBetween,
  pause: () => Promise<void>,
): Promise<Verification> {
  const problem = await judge(found, anchor, leaves, pause);
  if (problem === undefined) return { ...found, unanchored: found.size - anchor.size };
  const verdict = worst([found.verdict, problem.verdict]);
  return { ...found, verdict, problems: [...found.problems, problem] };
}

type Problem = Verification['problems'][number];

async function judge(
  { size }: Verification,
  anchor: Checkpoint,
  leaves: LeavesBetween,
  pause: () => Promise<void>,
): Promise<Problem | undefined> {
  if (anchor.size > size) {
    const because = `records ${size} to ${anchor.size - 1} are missing, which the anchor has`;
    return { verdict: 'rolledBack', because };
  }
  const tree = await LogTree.of(leaves, pause);
  try {
    await tree.grow(anchor.size);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { verdict: 'unverifiable', because: `beside the anchor, ${error.message}` };
  }
  if (sameBytes(tree.root(), anchor.root)) return undefined;
  const because = `the first ${anchor.size} records are not those of the anchor`;
  return { verdict: 'tampered', because };
}
