import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { setup } from 'xstate';
import { breaker, turning } from '../own-modes-stage.ts';
import { executablePath, hindrances, look, openBrowser, overhang, sizes } from './browser.ts';
import { openShop } from './shop.ts';

const views = [
  ...['tree', 'actor/desk/till', 'timeline', 'sequence', 'explain', 'modes', 'health', 'breakers'],
  ...['peers', 'sandboxes', 'audit', 'letters'],
];

const isThere = executablePath !== undefined;

describe('the page of an inspector, in Chromium', { skip: !isThere }, () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await openBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  async function openAt(view: string, how: Parameters<typeof look>[2] & { may?: boolean } = {}) {
    const shop = await openShop();
    const url = how.may ? shop.controlUrl : shop.url;
    const looked = await look(browser, url, how);
    onTestFinished(async () => {
      await looked.page.context().close();
      await shop.rt.shutdown();
    });
    await looked.page.getByText('live', { exact: true }).waitFor();
    await goTo(looked.page, view);
    return { ...shop, ...looked };
  }

  /** What its panel says that it is in. */
  const state = (page: Page, name: string) =>
    page.locator('dd', { hasText: new RegExp(`^${name}\\s*$`) });

  const goTo = (page: Page, view: string) =>
    page.evaluate(`location.hash = ${JSON.stringify(`#/${view}`)}`);

  it.each([
    { colours: 'dark', size: 'desk' },
    { colours: 'light', size: 'phone' },
  ] as const)(
    'shows every view, $colours and as on a $size, and hinders nobody',
    {
      timeout: 120_000,
    },
    async (how) => {
      const { page, till, asked, complaints, url } = await openAt('tree', how);
      for (const type of ['till.sell', 'till.close', 'till.jam'] as const) till.tell({ type });
      const found: Record<string, unknown> = {};
      for (const view of views) {
        await goTo(page, view);
        await page.locator('main').locator('h1, h2, [role=tree]').first().waitFor();
        found[view] = { hindrances: await hindrances(page), overhang: await overhang(page) };
      }
      const none = { hindrances: [], overhang: 0 };
      expect(found).toEqual(Object.fromEntries(views.map((view) => [view, none])));
      expect(complaints).toEqual([]);
      const { origin } = new URL(url);
      expect(asked.filter((each) => !each.startsWith(origin) && !each.startsWith('data:'))).toEqual(
        [],
      );
    },
  );

  it('follows an actor that crashes, live, to why it was restarted', async () => {
    const { page, till } = await openAt('actor/desk/till');
    await state(page, 'open').waitFor();
    till.tell({ type: 'till.close' });
    await state(page, 'closed').waitFor();
    till.tell({ type: 'till.jam' });
    await page.locator('dd', { hasText: /^2, 1 restart/ }).waitFor();
    await page.getByRole('link', { name: 'Explain' }).click();
    await page.getByText('fails: Error: the drawer is stuck').first().waitFor();
  });

  it('says what an actor waits for, though it has only just come to that', async () => {
    const { page, desk } = await openAt('tree');
    const states = {
      idle: { on: { go: 'busy' } },
      busy: { on: { go: 'waiting' } },
      waiting: { after: { 30000: 'idle' } },
    };
    const waiter = desk.start('waiter', setup({}).createMachine({ initial: 'idle', states }));
    await goTo(page, 'actor/desk/waiter');
    await state(page, 'idle').waitFor();
    waiter.tell({ type: 'go' });
    await state(page, 'busy').waitFor();
    waiter.tell({ type: 'go' });
    await page.getByText(/^in (30|29(\.\d)?) s$/).waitFor();
  });

  it('draws a cell for each of many actors, in full colour where one has just moved', async () => {
    const { page, till, desk } = await openAt('tree');
    for (let one = 0; one < 80; one++) desk.start(`shelf-${one}`, setup({}).createMachine({}));
    await page.locator('.field canvas').waitFor();
    const count = `{
      const canvas = document.querySelector('canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      data.filter((value, at) => at % 4 === 3 && value === 255).length
    }`;
    const inFullColour = async () => {
      till.tell({ type: 'till.sell' });
      return await page.evaluate(count);
    };
    await expect.poll(inFullColour, { timeout: 15_000 }).toBe(12 * 12);
  });

  it('draws on one board the charts of all modes that run', async () => {
    const { page } = await openAt('modes');
    const charts = page.getByRole('group', { name: /^Statechart of/ });
    await charts.nth(2).locator('rect').first().waitFor();
    const names = await charts.evaluateAll((all) =>
      all.map((each) => each.getAttribute('aria-label')),
    );
    expect(names).toEqual([
      'Statechart of audit. In: readWrite',
      expect.stringContaining('Statechart of isolation. In: '),
      'Statechart of route. In: isolated.alone',
    ]);
  });

  it('draws the chart of a mode of an embedder, and follows it', async () => {
    const { page, rt } = await openAt('modes');
    rt.defineMode('sales', turning('breaker.opened'));
    const chart = page.getByRole('group', { name: /^Statechart of .*In: a$/ });
    await chart.locator('rect').first().waitFor();
    const call = rt.protect('psp', () => Promise.reject(new Error('down')), { breaker });
    await expect(call()).rejects.toThrow();
    await page.getByRole('group', { name: /^Statechart of .*In: b$/ }).waitFor();
  });

  it('keeps the sessions of two runtimes apart in one browser', async () => {
    const [{ page, url }, other] = [await openAt('breakers', { may: true }), await openShop()];
    onTestFinished(async () => void (await other.rt.shutdown()));
    const seen: unknown[] = [];
    for (const at of [other.url, url.replace(/#.*/, ''), other.url.replace(/#.*/, '')]) {
      await page.goto(at);
      await page.getByText('live', { exact: true }).waitFor();
      await goTo(page, 'breakers');
      seen.push(await page.getByRole('button', { name: /^Isolate/ }).isEnabled());
    }
    expect(seen).toEqual([false, true, false]);
  });

  it('shows which view is open, however narrow it is', async () => {
    const { page } = await openAt('letters', { size: 'phone' });
    const link = page.getByRole('link', { name: 'Dead letters' });
    await expect.poll(async () => (await link.boundingBox())?.x ?? 390).toBeLessThan(390 - 40);
  });

  it.each(['letters', 'peers'])('shows all of %s on a phone, nothing to the side', async (view) => {
    const { page, rt, till } = await openAt(view, { size: 'phone' });
    const other = await openShop();
    onTestFinished(async () => void (await other.rt.shutdown()));
    const { url } = await rt.peers.listen();
    await other.rt.peers.connect(url);
    till.tell({ type: 'till.open' });
    await page.locator('.table tbody tr').first().waitFor();
    const aside = `[...document.querySelectorAll('main *')]
      .filter((each) => each.scrollWidth > each.clientWidth)
      .filter((each) => /auto|scroll/.test(getComputedStyle(each).overflowX))
      .map((each) => each.className)`;
    expect(await page.evaluate(aside)).toEqual([]);
    expect(await hindrances(page)).toEqual([]);
  });

  it('follows a ban, live', async () => {
    const { page, rt } = await openAt('audit');
    rt.peers.ban('203.0.113.7', { reason: 'it knocked too often', forMs: 60_000 });
    await page.getByText('peer.banned').first().waitFor();
    expect(await page.getByText('203.0.113.7').count()).toBeGreaterThan(0);
  });

  it('travels back to how an actor was', async () => {
    const { page, till } = await openAt('actor/desk/till');
    await state(page, 'open').waitFor();
    till.tell({ type: 'till.close' });
    await state(page, 'closed').waitFor();
    await page.getByRole('button', { name: 'To the line before' }).click();
    await page.getByText('This is how it was.').waitFor();
    await page.getByRole('slider').press('Home');
    await state(page, 'open').waitFor();
    expect(page.url()).toMatch(/#\/actor\/desk\/till\?at=[\d.]+$/);
    await page.getByRole('button', { name: 'Go to now', exact: true }).click();
    await state(page, 'closed').waitFor();
  });

  it('lets nobody command who was given the address to look', async () => {
    const { page, rt } = await openAt('breakers');
    const button = page.getByRole('button', { name: /^Isolate/ });
    expect(await button.isDisabled()).toBe(true);
    expect(await button.getAttribute('aria-label')).toMatch(/control/i);
    const refused = await page.evaluate(async () => {
      const asked = 'command?do=breaker.isolate&target=prices&reason=because';
      const answer = await fetch(asked, { method: 'POST' });
      return { status: answer.status, body: (await answer.json()) as unknown };
    });
    expect(refused).toMatchObject({ status: 403, body: { code: 'CONTROL_OFF' } });
    expect(await rt.breaker('prices').execute(async () => 'a price')).toBe('a price');
  });

  it('isolates a breaker for who may, with a reason that is on record', async () => {
    const { page, rt } = await openAt('breakers', { may: true });
    await page.getByRole('button', { name: /^Isolate/ }).click();
    const dialog = page.getByRole('dialog', { name: /isolate/i });
    await dialog.getByRole('textbox').fill('the supplier asked for it');
    await dialog.getByRole('button', { name: /isolate/i }).click();
    await page.getByText('the supplier asked for it').first().waitFor();
    const records = [];
    for await (const each of rt.audit.read({ type: 'inspector.commanded' })) records.push(each);
    expect(records).toHaveLength(1);
    expect(await rt.breaker('prices').tryExecute(async () => 1)).toMatchObject({ ok: false });
  });

  it('opens a trace that is dropped on it, and says what is not whole', async () => {
    const { page } = await openAt('tree');
    const trace = new URL('./page/shop.trace.ndjson', import.meta.url).pathname;
    await page.locator('input[type=file]').setInputFiles(trace);
    await page.getByText('trace', { exact: true }).waitFor();
    await page.getByRole('treeitem').first().waitFor();
    expect(await page.getByRole('treeitem').count()).toBeGreaterThan(2);
    await page.locator('input[type=file]').setInputFiles({
      name: 'half.ndjson',
      mimeType: 'application/x-ndjson',
      buffer: Buffer.from('{"atMs":0,"process":1,"kind":"note","text":"a process starts","fie'),
    });
    await page.getByRole('dialog', { name: /It cannot be shown|Not all of it is shown/ }).waitFor();
    expect(await page.getByRole('dialog').textContent()).toMatch(/line 1/i);
  });

  it('tells a page of another origin nothing, and stands in no frame of it', async () => {
    const { rt, url, page } = await openAt('tree');
    const base = new URL('.', url.replace(/#.*/, '')).href;
    const foreign = createServer((_, response) => {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<iframe src="${base}"></iframe>`);
    });
    foreign.listen(0, '127.0.0.1');
    await once(foreign, 'listening');
    onTestFinished(() => void foreign.close());
    const { port } = foreign.address() as AddressInfo;
    const other = await page.context().newPage();
    await other.goto(`http://127.0.0.1:${port}/`);
    const tries = await other.evaluate(async (at) => {
      const said = async (path: string, init?: RequestInit) =>
        await fetch(`${at}${path}`, { credentials: 'include', ...init }).then(
          (answer) => answer.status,
          () => 'refused',
        );
      return {
        stream: await said('stream'),
        actor: await said('actor?path=desk/till'),
        command: await said('command?do=actor.restart&target=desk/till&reason=x', {
          method: 'POST',
        }),
      };
    }, base);
    expect(tries).toEqual({ stream: 'refused', actor: 'refused', command: 'refused' });
    const frame = other.frames().find((each) => each !== other.mainFrame());
    expect(await frame?.locator('main').count()).toBe(0);
    expect(rt.find('desk/till')?.snapshot()?.value).toBe('open');
  });
});

it.runIf(!isThere)('is not looked at: there is no chromium on the PATH', () => {
  expect(Object.keys(sizes)).toEqual(['desk', 'phone']);
});
