import { batch, effect } from '@preact/signals';
import { render } from 'preact';
import { App } from './app.tsx';
import { type Browser, Live } from './live.ts';
import type { Step } from './model.ts';
import { hashOf, home, routeOf } from './route.ts';
import * as state from './state.ts';
import { keepTheme, theme } from './theme.ts';

keepTheme({ wish: matchMedia('(prefers-color-scheme: dark)'), store: localStorage });
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

const [, token] = /^#token=([\w.~+/=-]+)/.exec(location.hash) ?? [];

const browser: Browser = {
  fetch: (address, init) => fetch(address, init),
  after: (ms, run) => void setTimeout(run, ms),
  token,
  forgetToken: () => {
    if (location.hash.startsWith('#token=')) history.replaceState(null, '', hashOf(home));
  },
};

function follow(): void {
  if (location.hash.startsWith('#token=')) return;
  const route = routeOf(location.hash);
  state.route.value = route;
  state.cursor.value = route.atMs ?? null;
}

addEventListener('hashchange', follow);
follow();

/** A page that is behind draws once for all that has come meanwhile. */
const waiting: Step[] = [];

function showWaiting(): void {
  batch(() => {
    for (const step of waiting.splice(0)) state.takeStep(step);
  });
}

const live = new Live(browser, {
  welcomed: (welcome) => {
    state.welcome.value = welcome;
  },
  stepped: (step) => {
    waiting.push(step);
    if (waiting.length === 1) setTimeout(showWaiting, 0);
  },
  told: state.takePanel,
  connection: (connection) => {
    state.connection.value = connection;
  },
});
state.live.value = live;
void live.open();

const place = document.getElementById('page');
if (place !== null) render(<App />, place);
