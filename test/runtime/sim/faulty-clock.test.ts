import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../runtime/sim/clock.ts';
import { FaultyClock } from '../../../runtime/sim/faulty-clock.ts';

const START_MS = Date.UTC(2026, 0, 1);

function machine() {
  const clock = new VirtualClock(START_MS);
  const faulty = new FaultyClock(clock);
  const boot = () => faulty.process();
  return { clock, faulty, boot };
}

describe('a faulty clock', () => {
  it('jumps on the wall, and nowhere else', () => {
    const { clock, faulty, boot } = machine();
    const process = boot();
    clock.advance(10);
    faulty.jump(-3_600_000);
    clock.advance(10);
    expect([process.wallMs(), process.monotonicMs()]).toEqual([START_MS + 20 - 3_600_000, 20]);
  });

  it('gains on the wall while it is skewed, and keeps what it gained', () => {
    const { clock, faulty, boot } = machine();
    const process = boot();
    faulty.skew(1_000, 500);
    const seen = [500, 500, 1_000].map((ms) => {
      clock.advance(ms);
      return [process.wallMs() - START_MS, process.monotonicMs()];
    });
    expect(seen).toEqual([
      [750, 500],
      [1_500, 1_000],
      [2_500, 2_000],
    ]);
  });

  it('lets a process stand still, which finds all that came due at once, in order', () => {
    const { clock, faulty, boot } = machine();
    const process = boot();
    const ran: string[] = [];
    const run = (name: string) => () => ran.push(`${name} at ${process.monotonicMs()}`);
    process.after(30, run('late'));
    process.after(10, run('early'));
    const cancel = process.after(20, run('cancelled'));
    process.after(100, run('afterwards'));
    faulty.pause(50);
    process.soon(run('soon'));
    clock.advance(40);
    cancel();
    clock.advance(100);
    expect(ran).toEqual(['soon at 50', 'early at 50', 'late at 50', 'afterwards at 100']);
  });

  it('begins anew with each process, on the same wall', () => {
    const { clock, boot } = machine();
    clock.advance(70);
    const process = boot();
    clock.advance(5);
    expect([process.monotonicMs(), process.wallMs()]).toEqual([5, START_MS + 75]);
  });

  it('never calls a process that is dead', () => {
    const { clock, boot } = machine();
    const [dead, alive] = [boot(), boot()];
    const ran: string[] = [];
    for (const [name, process] of Object.entries({ dead, alive })) {
      process.after(1, () => ran.push(`${name} after`));
      process.soon(() => ran.push(`${name} soon`));
    }
    dead.isDead = true;
    clock.advance(10);
    expect(ran).toEqual(['alive soon', 'alive after']);
  });
});
