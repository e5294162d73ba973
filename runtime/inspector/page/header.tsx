import { Badge } from './badge.tsx';
import { isHelpOpen } from './help.tsx';
import { Icon } from './icon.tsx';
import { hashOf } from './route.ts';
import { toneOfMode } from './sentences.ts';
import { connection, panel, source, welcome } from './state.ts';
import { chooseTheme, theme } from './theme.ts';

export function Header() {
  const { value: from } = source;
  const name = from.is === 'trace' ? from.name : (welcome.value?.name ?? 'Holdfast');
  return (
    <header class="head">
      <Mark />
      <h1 class="name clip">{name}</h1>
      <ConnectionBadge />
      <Modes />
      <span class="end">
        <ThemeButton />
        <button
          type="button"
          class="icon quiet"
          aria-label="Help and keys"
          onClick={() => {
            isHelpOpen.value = true;
          }}
        >
          <Icon name="help" />
        </button>
      </span>
    </header>
  );
}

function Mark() {
  return (
    <svg class="mark" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M6 4v16M18 4v16M6 12h12" stroke="currentColor" stroke-width="2.6" />
      <circle cx="12" cy="12" r="3.4" fill="currentColor" />
    </svg>
  );
}

const connectionTones = { connecting: 'calm', live: 'good', away: 'warn', refused: 'bad' } as const;

function ConnectionBadge() {
  if (source.value.is === 'trace') return <Badge tone="accent">trace</Badge>;
  const { is } = connection.value;
  return (
    <Badge tone={connectionTones[is]} beats={is !== 'refused'}>
      {is}
    </Badge>
  );
}

function Modes() {
  const modes = panel('modes');
  if (modes === undefined) return null;
  return (
    <span class="modes">
      {(['audit', 'isolation', 'route', 'load'] as const).map((name) => {
        const { mode, because } = modes[name];
        return (
          <a key={name} href={hashOf({ view: 'modes' })} title={because}>
            <Badge tone={toneOfMode(name, mode)}>
              <span>
                {name} {mode}
              </span>
            </Badge>
          </a>
        );
      })}
    </span>
  );
}

function ThemeButton() {
  const other = theme.value === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      class="icon quiet"
      aria-label={`Change to ${other} colours`}
      onClick={() => chooseTheme(other)}
    >
      <Icon name={other === 'dark' ? 'moon' : 'sun'} />
    </button>
  );
}
