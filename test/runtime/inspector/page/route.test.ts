import { expect, it } from 'vitest';
import { hashOf, home, routeOf } from '../../../../runtime/inspector/page/route.ts';

it('is found again by its address, whatever an actor is called', () => {
  const routes = [
    { view: 'tree', rest: '', query: {} },
    { view: 'actor', rest: 'workers/mailer', atMs: 1200, query: {} },
    { view: 'actor', rest: 'a b?/c#%', atMs: 0, query: { edge: '3&4' } },
  ];
  expect(routes.map((route) => routeOf(hashOf(route)))).toEqual(routes);
});

it('is read without mercy for what is no moment', () => {
  expect(['#/actor/a?at=soon', '#/actor/a?at=-1', '#/actor/a?at='].map(routeOf)).toEqual(
    Array(3).fill({ view: 'actor', rest: 'a', query: {} }),
  );
});

it('is the tree when the address says nothing', () => {
  expect(['', '#', '#/'].map(routeOf)).toEqual([home, home, home]);
});

it('bears half an escape', () => {
  expect(routeOf('#/actor/%E0%A4%A').rest).toBe('%E0%A4%A');
});
