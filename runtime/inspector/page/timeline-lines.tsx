import { goTo } from './app.tsx';
import type { Happened } from './history.ts';
import { ActorLink, exactText, isTrace, whyHref } from './moment.tsx';
import { type Kind, tellingOf } from './telling.ts';
import { asItem, VirtualList } from './virtual-list.tsx';

const words: Readonly<Record<Kind, string>> = {
  fact: 'fact',
  event: 'event',
  move: 'move',
  log: 'log',
  note: 'note',
  fault: 'fault',
  violation: 'violation',
};

/** Of a trace from its beginning, of what is live from now; `at` is the line of the moment. */
export function TimelineLines(props: { readonly lines: readonly Happened[]; readonly at: number }) {
  const { lines, at } = props;
  const isForward = isTrace();
  const placeOf = (row: number) => (isForward ? row : lines.length - 1 - row);
  return (
    <div class="lines">
      <VirtualList
        count={lines.length}
        rowHeight={28}
        label="Lines"
        keyOf={placeOf}
        at={isForward || at < lines.length - 1 ? placeOf(at) : 0}
        row={(row) => {
          const line = lines[placeOf(row)];
          return line && <Line line={line} when={whenOf(placeOf(row), at)} />;
        }}
      />
    </div>
  );
}

const whenOf = (place: number, at: number): string => {
  if (place === at) return 'is-at';
  return place > at ? 'is-later' : '';
};

function Line({ line, when }: { readonly line: Happened; readonly when: string }) {
  const { kind, tone, title, text } = tellingOf(line);
  const atMs = line.line[1];
  const why = line.line[0] === 'fact' ? whyHref({ id: line.line[2].id }) : undefined;
  return (
    <div class={`line ${when}`} {...asItem}>
      <button type="button" class="moment mono" onClick={() => goTo(atMs)}>
        {exactText(atMs)}
      </button>
      <span class={`kind ${kind} ${tone}`}>{words[kind]}</span>
      <span class="clip">{line.path !== '' && <ActorLink path={line.path} atMs={atMs} />}</span>
      <span class="clip text" title={`${title}: ${text}`}>
        {line.from !== undefined && (
          <>
            <ActorLink path={line.from} atMs={atMs} /> →{' '}
          </>
        )}
        {text}
      </span>
      {why && (
        <a class="why" href={why}>
          why
        </a>
      )}
    </div>
  );
}
