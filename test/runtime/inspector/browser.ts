import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where the browser is, if this machine has one: Debian's package `chromium` is enough. */
export const executablePath = (process.env.PATH ?? '')
  .split(delimiter)
  .flatMap((folder) => ['chromium', 'chromium-browser'].map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** A real one without a window. Root may not have Chromium's own sandbox. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    ...(executablePath !== undefined && { executablePath }),
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });

export const sizes = {
  desk: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
} as const;

/** A page, and all that it asked for and complained of. */
export interface Looked {
  readonly page: Page;
  readonly asked: string[];
  readonly complaints: string[];
}

export async function look(
  browser: Browser,
  url: string,
  { size = 'desk', colours = 'dark' }: { size?: keyof typeof sizes; colours?: 'dark' | 'light' },
): Promise<Looked> {
  const context = await browser.newContext({
    viewport: sizes[size],
    colorScheme: colours,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  return { page, asked, complaints };
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What hinders somebody who cannot see, or see well, or use a mouse: rule and place of each. */
export async function hindrances(page: Page): Promise<readonly string[]> {
  // The policy of the page lets no script in: this one comes as the browser's own.
  await page.evaluate(readFileSync(axe, 'utf8'));
  return await page.evaluate(async () => {
    const { violations } = await Reflect.get(globalThis, 'axe').run();
    return violations.flatMap(({ id, nodes }: { id: string; nodes: { target: string[] }[] }) =>
      nodes.map(({ target }) => `${id}: ${target.join(' ')}`),
    );
  });
}

/** How much wider than its window it is, in pixels. */
export const overhang = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - innerWidth');
