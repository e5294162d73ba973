import { describe, expect, it } from 'vitest';
import { Batch } from '../../../runtime/inspector/batch.ts';
import { StreamViewer } from '../../../runtime/inspector/viewer.ts';

function stage() {
  const owner = { nowMs: 0, left: [] as string[], looks: 0 };
  const viewer = new StreamViewer('v', {
    get nowMs() {
      return owner.nowMs;
    },
    left: ({ id }) => owner.left.push(id),
    looksAt: () => {
      owner.looks += 1;
    },
  });
  const change = (atMs: number) => {
    const batch = new Batch();
    batch.atMs = atMs;
    batch.lines.event(atMs, -1, 1, 'go');
    viewer.changed(batch);
  };
  return { owner, viewer, change };
}

describe('a viewer', () => {
  it('takes one message after another, as server-sent events have it', () => {
    const { viewer, change } = stage();
    viewer.welcome({ name: 'shop' }, { seq: 0 });
    change(1);
    viewer.panel('health', '{}');
    const texts = Array.from({ length: 5 }, () => viewer.take());
    expect(texts).toEqual([
      'event: welcome\ndata: {"name":"shop"}\n\n',
      'event: snapshot\ndata: {"seq":0}\n\n',
      'event: delta\nid: 1\ndata: {"seq":1,"atMs":1,"lines":[["event",1,-1,1,"go",1]]}\n\n',
      'event: panel\ndata: {}\n\n',
      undefined,
    ]);
  });

  it('that has not read is told all of it at once, and so is another, each once', () => {
    const [one, other] = [stage(), stage()];
    const batches = [1, 2, 3].map((atMs) => {
      const batch = new Batch();
      batch.atMs = atMs;
      batch.lines.event(atMs, -1, 1, 'go');
      return batch;
    });
    const read = (text = '') => JSON.parse(/data: (.*)/.exec(text)?.[1] ?? 'null').lines.length;
    for (const batch of batches) {
      one.viewer.changed(batch);
      other.viewer.changed(batch);
    }
    expect([read(one.viewer.take()), read(other.viewer.take())]).toEqual([3, 3]);
    one.change(4);
    expect(read(one.viewer.take())).toBe(1);
  });

  it('is called when there is something after there was nothing, and at once if there is', () => {
    const { viewer, change } = stage();
    let calls = 0;
    change(1);
    viewer.onReady(() => {
      calls += 1;
    });
    change(2);
    expect(calls).toBe(1);
    viewer.take();
    change(3);
    expect(calls).toBe(2);
  });

  it('that stays behind holds one delta, one of each panel, and is slow after ten seconds', () => {
    const { owner, viewer, change } = stage();
    for (let nth = 0; nth < 100; nth++) {
      owner.nowMs = nth * 100;
      change(owner.nowMs);
      viewer.panel('health', `{"nth":${nth}}`);
      viewer.hurry();
    }
    expect(owner.left).toEqual([]);
    expect([viewer.take()?.length, viewer.take(), viewer.take()]).toEqual([
      expect.any(Number),
      'event: panel\ndata: {"nth":99}\n\n',
      undefined,
    ]);
    change(10_000);
    owner.nowMs = 19_899;
    viewer.hurry();
    expect(owner.left).toEqual([]);
    owner.nowMs = 20_000;
    viewer.hurry();
    expect([owner.left, viewer.take(), viewer.isOver, viewer.take()]).toEqual([
      ['v'],
      'event: bye\ndata: {"because":"slow"}\n\n',
      true,
      undefined,
    ]);
  });

  it('that has left is told nothing', () => {
    const { owner, viewer, change } = stage();
    change(1);
    viewer.close();
    viewer.close();
    change(2);
    viewer.bye('stopped');
    expect([owner.left, viewer.isOver, viewer.take()]).toEqual([['v'], true, undefined]);
  });

  it('does not get a panel that it has looked away from', () => {
    const { owner, viewer } = stage();
    viewer.watch(['health']);
    viewer.panel('health', '{}');
    viewer.watch(['peers']);
    expect([viewer.take(), [...viewer.watched], owner.looks]).toEqual([undefined, ['peers'], 2]);
  });
});
