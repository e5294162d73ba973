import { expect, it } from 'vitest';
import { PanelWatch } from '../../../runtime/inspector/panel-watch.ts';
import { StreamViewer } from '../../../runtime/inspector/viewer.ts';

it('tells whoever looks anew what is known already, without looking again', () => {
  let looks = 0;
  const panels = new PanelWatch(() => {
    looks += 1;
    return { looks };
  });
  const owner = { nowMs: 0, left() {}, looksAt: (viewer: StreamViewer) => panels.hurry(viewer) };
  const [one, two] = [new StreamViewer('1', owner), new StreamViewer('2', owner)];
  one.watch(['audit']);
  panels.look([one, two], 0);
  two.watch(['audit']);
  panels.look([one, two], 100);
  const panel = (atMs: number) =>
    `event: panel\ndata: {"name":"audit","atMs":${atMs},"data":{"looks":1}}\n\n`;
  expect([one.take(), one.take(), two.take(), looks]).toEqual([panel(0), undefined, panel(100), 1]);
  one.watch([]);
  one.watch(['audit']);
  panels.look([one, two], 200);
  expect([one.take(), two.take()]).toEqual([panel(200), undefined]);
});
