import { describe, expect, it } from 'vitest';
import type { IsolationStanding } from '../../runtime/modes.ts';
import { SandboxStage } from './sandbox-stage.ts';

const told = ({ mode, levels }: IsolationStanding) =>
  `${mode}: ${levels.map(({ isolation, is }) => `${isolation} ${is}`).join(', ')}`;

describe('the mode of isolation', () => {
  it('is shown as it stands, and each time it moves or a level does, until the end', async () => {
    const stage = await SandboxStage.open();
    const { isolation } = stage.rt.modes;
    const seen: string[] = [];
    let isOver = false;
    isolation.changes$.subscribe({
      next: (standing) => seen.push(told(standing)),
      complete: () => {
        isOver = true;
      },
    });
    expect(told(isolation.snapshot())).toBe(
      'refusing: isolate unasked, process unasked, microvm unasked',
    );
    stage.vms.begin('process', 'absent', 400);
    await stage.until(stage.sandboxes.prove());
    await stage.clock.advanceAsync(60_000);
    expect(seen).toEqual([
      'refusing: isolate unasked, process lost, microvm unasked',
      'isolate: isolate proved, process lost, microvm unasked',
      'microvm: isolate proved, process lost, microvm proved',
      'microvm: isolate proved, process proved, microvm proved',
    ]);
    expect(isolation.snapshot().levels).toEqual(stage.sandboxes.levels);
    await stage.until(stage.rt.shutdown());
    expect(isOver).toBe(true);
  });

  it('goes on for others when somebody who watches throws', async () => {
    const stage = await SandboxStage.open();
    const seen: string[] = [];
    stage.rt.modes.isolation.changes$.subscribe(() => {
      throw new Error('of the subscriber');
    });
    stage.rt.modes.isolation.changes$.subscribe(({ mode }) => seen.push(mode));
    await stage.until(stage.sandboxes.run({ code: 'echo', isolation: 'process' }));
    await stage.until(stage.sandboxes.run({ code: 'echo', isolation: 'microvm' }));
    expect(seen).toEqual(['process', 'microvm']);
    const failed = stage.facts.filter(({ type }) => type === 'subscriber.failed');
    expect(failed.map(({ subject }) => subject)).toEqual(['isolation']);
  });
});
