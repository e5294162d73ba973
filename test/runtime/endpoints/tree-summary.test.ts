import { expect, it } from 'vitest';
import { treeSummary } from '../../../runtime/endpoints/tree-summary.ts';
import { diagnosedStage, idle } from './stage.fixture.ts';

it('the tree is told with what waits in its mailboxes', async () => {
  const { top, kernel } = await diagnosedStage();
  const mailer = top.supervisor('workers').start('mailer', idle);
  mailer.tell({ type: 'mail.sent' });
  const { root, waiting, told } = treeSummary(kernel.root, 100);
  const running = { state: 'running', incarnation: 1, restarts: 0 };
  expect([root.children.find(({ id }) => id === 'workers'), waiting, told]).toEqual([
    { id: 'workers', ...running, children: [{ id: 'mailer', ...running, waiting: 1 }], more: 0 },
    1,
    2,
  ]);
});

it('of a large tree the upper floors are told, and how many are not', async () => {
  const { top, kernel } = await diagnosedStage();
  const [wide, deep] = [top.supervisor('wide'), top.supervisor('deep')];
  for (let nth = 0; nth < 300; nth++) wide.start(`w${nth}`, idle);
  for (let nth = 0; nth < 5; nth++) deep.start(`d${nth}`, idle);
  const { root, told } = treeSummary(kernel.root, 205);
  const floors = root.children.map((child) => {
    return 'children' in child ? [child.id, child.children.length, child.more] : [];
  });
  expect([floors, root.more, told]).toEqual([
    [
      ['wide', 200, 100],
      ['deep', 3, 2],
    ],
    0,
    205,
  ]);
});
