import { computed, signal } from '@preact/signals';
import { type Kind, type Life, lives } from '../../protocol.ts';
import { ActorField } from '../actor-field.tsx';
import { Badge, toneOfLife } from '../badge.tsx';
import { Empty } from '../empty.tsx';
import { Icon } from '../icon.tsx';
import { type Actor, LINGER_MS } from '../model.ts';
import { hashOf } from '../route.ts';
import { SearchField } from '../search-field.tsx';
import { connection, cursor, shown, source } from '../state.ts';
import { shortStates, statesOf } from '../states.ts';
import { countLives, type Filter, strideOf, type TreeLine, treeLines } from '../tree-lines.ts';
import { VirtualList } from '../virtual-list.tsx';
import { lifeText } from '../wording.ts';

const ROW_HEIGHT = 32;
const FIELD_FROM = 60;
const FLASH_MS = 2500;
/** Where so much changes at once, nothing is told by fading. */
const BUSY = 200;

const query = signal('');
const chosenLives = signal<ReadonlySet<Life>>(new Set());
const hidden = signal<ReadonlySet<Kind>>(new Set());
const closed = signal<ReadonlySet<string>>(new Set());
const at = signal('');

const filter = computed(
  (): Filter => ({
    query: query.value.trim(),
    lives: chosenLives.value,
    hidden: hidden.value,
    closed: closed.value,
  }),
);

let known: { key: unknown[]; lines: readonly TreeLine[] } = { key: [], lines: [] };

/** They are the same until an actor comes or goes, unless a filter looks at what changes. */
const lines = computed((): readonly TreeLine[] => {
  const { model } = shown.value;
  const key = [model, model.members, filter.value];
  const isSame = key.every((part, index) => part === known.key[index]);
  if (!isSame || filter.value.lives.size > 0)
    known = { key, lines: treeLines(model, filter.value) };
  return known.lines;
});

const counts = computed(() => countLives(shown.value.model, hidden.value));
const total = computed(() => [...counts.value.values()].reduce((sum, count) => sum + count, 0));

export function TreeView() {
  const { model } = shown.value;
  const isNone = lines.value.length === 0;
  return (
    <div class={`page tree ${model.busy > BUSY ? 'busy' : ''}`}>
      <div class="bar">
        <div class="search">
          <Icon name="search" />
          <SearchField label="Search actors" hint="Search by path" value={query} />
        </div>
        <LifeChips />
        <HouseChip />
      </div>
      {model.more > 0 && (
        <p class="notice">
          {model.more} more actors are not told: the stream carries as many as it may.
        </p>
      )}
      {total.value >= FIELD_FROM && <ActorField filter={filter.value} />}
      {isNone ? <Nothing /> : <Tree />}
    </div>
  );
}

function LifeChips() {
  return (
    <fieldset class="chips" aria-label="Only these">
      {lives.map((life) => {
        const count = counts.value.get(life) ?? 0;
        const isChosen = chosenLives.value.has(life);
        if (count === 0 && !isChosen) return null;
        return (
          <button
            type="button"
            key={life}
            class={`life-chip ${toneOfLife[life]}`}
            aria-pressed={isChosen}
            onClick={() => {
              chosenLives.value = toggled(chosenLives.value, life);
            }}
          >
            <span class="dot" />
            {life}
            <b>{count.toLocaleString('en')}</b>
          </button>
        );
      })}
    </fieldset>
  );
}

function HouseChip() {
  const isHidden = hidden.value.has('chart');
  return (
    <button
      type="button"
      class="life-chip end"
      aria-pressed={isHidden}
      title="Breakers, peers, sandboxes, the log: charts that the runtime itself lives by"
      onClick={() => {
        hidden.value = toggled(hidden.value, 'chart');
      }}
    >
      hide charts of the house
    </button>
  );
}

function toggled<T>(set: ReadonlySet<T>, member: T): ReadonlySet<T> {
  const next = new Set(set);
  if (!next.delete(member)) next.add(member);
  return next;
}

function Nothing() {
  const isFiltered = query.value !== '' || chosenLives.value.size > 0 || hidden.value.size > 0;
  if (isFiltered && shown.value.model.actors.length > 0) {
    return <Empty what="No actor is like that">Take a filter away, or search for less.</Empty>;
  }
  if (source.value.is === 'trace') {
    return (
      <Empty what="No actors at this moment">
        None had come yet, or the trace does not tell of them.
      </Empty>
    );
  }
  return connection.value.is === 'live' ? (
    <Empty what="No actors yet">The runtime has started none.</Empty>
  ) : (
    <Empty what="Nothing is known yet">Actors are shown once the runtime has told of them.</Empty>
  );
}

function Tree() {
  const index = lines.value.findIndex(({ id }) => shown.value.model.actors[id]?.path === at.value);
  const here = Math.max(0, index);
  const onKey = (event: KeyboardEvent) => {
    const line = lines.value[here];
    if (event.key === 'Enter' && line) return open(shown.value.model.actors[line.id]);
    const stride = strideOf(event.key, here, lines.value);
    if (stride === undefined) return;
    event.preventDefault();
    const actorAt = (one: number) => shown.value.model.actors[lines.value[one]?.id ?? -1];
    if (stride.to !== undefined) at.value = actorAt(stride.to)?.path ?? '';
    const turned = actorAt(stride.opens ?? stride.closes ?? -1);
    if (turned) closed.value = toggled(closed.value, turned.path);
  };
  return (
    <div class="panel tree-panel">
      <div class="tree-head" aria-hidden="true">
        <span>Actor</span>
        <span>State</span>
        <span class="number">Waiting</span>
        <span class="number">Restarts</span>
      </div>
      <VirtualList
        role="tree"
        label="Actors"
        count={lines.value.length}
        rowHeight={ROW_HEIGHT}
        keyOf={(one) => lines.value[one]?.id ?? -1}
        row={(one) => <TreeRow line={lines.value[one]} isAt={one === here} />}
        at={here}
        active={`actor-${lines.value[here]?.id}`}
        onKey={onKey}
      />
    </div>
  );
}

function open(actor: Actor | undefined): void {
  if (actor === undefined) return;
  at.value = actor.path;
  const moment = cursor.value === null ? {} : { atMs: cursor.value };
  location.hash = hashOf({ view: 'actor', rest: actor.path, ...moment });
}

function TreeRow({ line, isAt }: { readonly line: TreeLine | undefined; readonly isAt: boolean }) {
  const { model, atMs } = shown.value;
  const actor = line && model.actors[line.id];
  if (line === undefined || actor === undefined) return null;
  const states = statesOf(model, actor);
  const short = shortStates(states);
  const isFlash = actor.restartedMs >= 0 && atMs - actor.restartedMs < FLASH_MS;
  const isGone = actor.endedMs >= 0;
  return (
    <div
      id={`actor-${actor.id}`}
      role="treeitem"
      tabIndex={-1}
      class={`tree-row ${isGone ? 'gone' : ''} ${isAt ? 'at' : ''} ${isFlash ? 'flash' : ''}`}
      style={{ '--depth': line.depth }}
      aria-level={line.depth + 1}
      aria-posinset={line.position}
      aria-setsize={line.siblings}
      aria-selected={isAt}
      aria-expanded={line.within > 0 ? line.isOpen : undefined}
      onClick={() => open(actor)}
      onKeyDown={undefined}
    >
      <span class="who clip">
        <Turn line={line} path={actor.path} />
        <span class={`dot life ${toneOfLife[actor.life]}`} title={lifeText(actor)} />
        <span class={`clip of-${actor.kind}`}>{actor.path === '' ? 'runtime' : actor.name}</span>
        {line.within > 0 && <span class="count">{line.within.toLocaleString('en')}</span>}
        <Mark actor={actor} atMs={atMs} />
      </span>
      <span class="state mono clip" key={short} title={states.join(', ')}>
        {short}
      </span>
      <span class={`number ${actor.waiting > 0 ? '' : 'faint'}`}>{actor.waiting || '·'}</span>
      <span class={`number ${actor.restarts > 0 ? 'restarts' : 'faint'}`}>
        {actor.restarts || '·'}
      </span>
    </div>
  );
}

function Turn({ line, path }: { readonly line: TreeLine; readonly path: string }) {
  if (line.within === 0) return <span class="turn" />;
  return (
    <span
      class={`turn ${line.isOpen ? 'open' : ''}`}
      aria-hidden="true"
      onClick={(event) => {
        event.stopPropagation();
        closed.value = toggled(closed.value, path);
      }}
    >
      <Icon name="chevron" />
    </span>
  );
}

function Mark({ actor, atMs }: { readonly actor: Actor; readonly atMs: number }) {
  if (actor.endedMs >= 0) {
    const leftS = Math.max(0, Math.ceil((LINGER_MS - (atMs - actor.endedMs)) / 1000));
    const word = lifeText(actor);
    const title =
      word === 'asleep' ? 'A closed breaker: its chart runs once it has to' : 'It ended';
    return (
      <span class="count" title={`${title}. It is left out then.`}>
        {word} · {leftS} s
      </span>
    );
  }
  if (actor.life === 'running' || actor.life === 'waiting') return null;
  return <Badge tone={toneOfLife[actor.life]}>{actor.life}</Badge>;
}
