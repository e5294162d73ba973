import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { CommandDialog } from './command-dialog.tsx';
import { Empty } from './empty.tsx';
import { Header } from './header.tsx';
import { Help, isHelpOpen } from './help.tsx';
import { Icon } from './icon.tsx';
import { hashOf } from './route.ts';
import { type Shortcut, shortcutOf } from './shortcut.ts';
import { connection, cursor, live, route, source } from './state.ts';
import { TimelineBar } from './timeline-bar.tsx';
import { views } from './views.tsx';

export function App() {
  useShortcuts();
  const { view: name } = route.value;
  const view = views.find((one) => one.name === name);
  useSignalEffect(() => {
    const open = views.find((one) => one.name === route.value.view);
    live.value?.watch(['modes', ...(open?.panels ?? []).filter((panel) => panel !== 'modes')]);
  });
  return (
    <div class="shell">
      <Header />
      <Navigation />
      <main class="view" id="view" tabIndex={-1} aria-label={view?.title}>
        <Notices />
        {view ? (
          <view.Show />
        ) : (
          <Empty what="There is no such view">Choose one of those beside.</Empty>
        )}
      </main>
      <section class="time" aria-label="Time">
        <TimelineBar />
      </section>
      <Help />
      <CommandDialog />
    </div>
  );
}

function Navigation() {
  const at = route.value.view === 'actor' ? 'tree' : route.value.view;
  const nav = useRef<HTMLElement>(null);
  useEffect(() => {
    const link = nav.current?.querySelector('[aria-current="page"]');
    link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [at]);
  return (
    <nav class="nav" aria-label="Views" ref={nav}>
      {views.map(({ name, title, key, icon, ends }) =>
        key === undefined ? null : (
          <>
            <a href={hashOf({ view: name })} aria-current={name === at ? 'page' : undefined}>
              <Icon name={icon} />
              {title}
            </a>
            {ends && <span class="gap" />}
          </>
        ),
      )}
    </nav>
  );
}

function Notices() {
  const { value: link } = connection;
  const isTrace = source.value.is === 'trace';
  return (
    <>
      {!isTrace && (link.is === 'away' || link.is === 'refused') && (
        <div class={`notice ${link.is === 'refused' ? 'bad' : ''}`} role="alert">
          {link.because}
          {link.is === 'away' && ' Trying again…'}
        </div>
      )}
      {cursor.value !== null && (
        <div class="notice past" role="status">
          This is how it was.
          <button type="button" onClick={() => goTo(null)}>
            Go to now
          </button>
        </div>
      )}
    </>
  );
}

/** Looks at another moment; `null` is now. The address says so, so that it can be sent on. */
export function goTo(atMs: number | null): void {
  const { atMs: _, ...here } = route.value;
  history.replaceState(null, '', hashOf({ ...here, ...(atMs !== null && { atMs }) }));
  cursor.value = atMs;
}

function useShortcuts(): void {
  const begun = useRef(0);
  useEffect(() => {
    const keys = Object.fromEntries(views.flatMap(({ key, name }) => (key ? [[key, name]] : [])));
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof Element && event.target.matches('input, textarea, select')) {
        if (event.key === 'Escape' && event.target instanceof HTMLElement) event.target.blur();
        return;
      }
      const hasBegun = event.timeStamp - begun.current < 1500;
      const shortcut = shortcutOf(event.key, hasBegun, keys);
      begun.current = shortcut?.does === 'begun' ? event.timeStamp : Number.NEGATIVE_INFINITY;
      if (shortcut === undefined || document.querySelector('dialog[open]') !== null) return;
      if (shortcut.does === 'search') event.preventDefault();
      act(shortcut);
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
}

function act(shortcut: Shortcut): void {
  switch (shortcut.does) {
    case 'go':
      location.hash = hashOf({ view: shortcut.view });
      return;
    case 'search': {
      const field = document.querySelector<HTMLInputElement>('input[type="search"]');
      if (field !== null) return field.focus();
      location.hash = hashOf({ view: 'tree' });
      return;
    }
    case 'help':
      isHelpOpen.value = true;
      return;
    case 'leave':
      if (cursor.value !== null) return goTo(null);
      if (route.value.view === 'actor') location.hash = hashOf({ view: 'tree' });
  }
}
