import { useEffect, useRef, useState } from 'preact/hooks';
import type { ActorDetail } from '../../panel-shapes.ts';
import { Badge, toneOfLife } from '../badge.tsx';
import { ChartOf } from '../chart/chart-of.tsx';
import { CommandButton } from '../command-dialog.tsx';
import { Empty } from '../empty.tsx';
import { newestOf, wordsOf } from '../happened.ts';
import type { Actor } from '../model.ts';
import { exactText } from '../moment.tsx';
import { Panel } from '../panel.tsx';
import { hashOf } from '../route.ts';
import { Rows } from '../rows.tsx';
import { span } from '../span.ts';
import { cursor, history, live, route, shown, source } from '../state.ts';
import { awaitedText, statesOf, takenEdges } from '../states.ts';
import { ValueTree } from '../value-tree.tsx';
import { lifeText, policyRows, restartsText } from '../wording.ts';

const ASKED_EVERY_MS = 500;

export function ActorView() {
  const path = route.value.rest;
  const actor = shown.value.model.at(path);
  if (actor === undefined) {
    return (
      <div class="page">
        <Empty what={`There is no actor at ${path || 'the root'}`}>
          {path.startsWith('breaker:')
            ? 'The chart of a breaker sleeps while it is closed and nobody isolates it.'
            : 'It may have ended and been forgotten, or not have come yet at this moment.'}{' '}
          <a href={hashOf({ view: 'tree' })}>All actors</a>
        </Empty>
      </div>
    );
  }
  return (
    <div class="page actor">
      <Head actor={actor} />
      <div class="actor-parts">
        <section class="panel actor-chart" aria-label="Statechart">
          <Statechart actor={actor} />
        </section>
        <div class="actor-side">
          <Now actor={actor} />
          <Detail key={`${actor.id} ${actor.incarnation}`} path={path} movedMs={actor.movedMs} />
          <Recent path={path} />
          <Edges actor={actor} />
        </div>
      </div>
    </div>
  );
}

function Head({ actor }: { readonly actor: Actor }) {
  const parts = actor.path === '' ? [] : actor.path.split('/');
  const moment = cursor.value === null ? {} : { atMs: cursor.value };
  return (
    <div class="bar actor-head">
      <h2 class="crumbs">
        <a href={hashOf({ view: 'tree', ...moment })}>Actors</a>
        {parts.map((part, index) => {
          const rest = parts.slice(0, index + 1).join('/');
          const isLast = index === parts.length - 1;
          return (
            <span key={rest}>
              <span class="faint"> / </span>
              {isLast ? part : <a href={hashOf({ view: 'actor', rest, ...moment })}>{part}</a>}
            </span>
          );
        })}
        {parts.length === 0 && <span> / runtime</span>}
      </h2>
      <Badge tone={toneOfLife[actor.life]} beats={actor.life === 'failing'}>
        {lifeText(actor)}
      </Badge>
      <span class="actor-does">
        <a class="button" href={hashOf({ view: 'sequence', query: { of: actor.path }, ...moment })}>
          Sequence
        </a>
        <a class="button" href={hashOf({ view: 'explain', rest: actor.path, ...moment })}>
          Explain
        </a>
        <CommandButton command="actor.restart" target={actor.path} not={notRestarted(actor)} />
      </span>
    </div>
  );
}

/** Why it cannot be restarted by itself. */
function notRestarted({ kind, life }: Actor): string | undefined {
  if (kind === 'chart') return 'The runtime itself lives by it.';
  if (life === 'ended') return 'It has ended.';
  if (kind === 'actor') return undefined;
  return kind === 'inner'
    ? 'It lives in another actor: restart that.'
    : 'Restart what is below it.';
}

function Statechart({ actor }: { readonly actor: Actor }) {
  const chart = shown.value.model.chartOf(actor);
  if (chart === undefined) {
    return (
      <Empty what={actor.kind === 'supervisor' ? 'A supervisor has no chart' : 'No chart to draw'}>
        {actor.kind === 'supervisor'
          ? 'It restarts what is below it, as its strategy says.'
          : 'It is no state machine, or the trace does not tell which one.'}
      </Empty>
    );
  }
  return <ChartOf actor={actor} chart={chart} />;
}

function Now({ actor }: { readonly actor: Actor }) {
  const { model, atMs } = shown.value;
  const states = statesOf(model, actor);
  return (
    <Panel title="Now">
      <dl class="facts">
        <dt>In</dt>
        <dd>
          {states.length === 0
            ? '–'
            : states.map((path) => <code key={path}>{path || '(root)'} </code>)}
        </dd>
        <dt>Moved</dt>
        <dd>{actor.movedMs < 0 ? 'not while watched' : `${span(atMs - actor.movedMs)} ago`}</dd>
        <dt>Incarnation</dt>
        <dd>
          {actor.incarnation}
          {actor.restarts > 0 && `, ${restartsText(actor.restarts)}`}
        </dd>
        <dt>Waiting</dt>
        <dd>{actor.waiting === 0 ? 'nothing in its mailbox' : `${actor.waiting} events`}</dd>
      </dl>
    </Panel>
  );
}

type Told =
  | { readonly is: 'asked' }
  | { readonly is: 'told'; readonly detail: ActorDetail }
  | { readonly is: 'refused'; readonly because: string };

/** Asked for when the actor is opened, and when it has moved since. */
function Detail({ path, movedMs }: { readonly path: string; readonly movedMs: number }) {
  const [told, setTold] = useState<Told>({ is: 'asked' });
  const isPast = cursor.value !== null || source.value.is === 'trace';
  const asked = useRef({ atMs: Number.NEGATIVE_INFINITY, times: 0 });
  useEffect(() => {
    if (isPast) return;
    const ask = () => {
      asked.current = { atMs: performance.now(), times: asked.current.times + 1 };
      const { times } = asked.current;
      const tell = (answer: Told) => times === asked.current.times && setTold(answer);
      live.value?.ask(`actor?${new URLSearchParams({ path })}`).then(
        (detail) => tell({ is: 'told', detail: detail as ActorDetail }),
        (error: Error) => tell({ is: 'refused', because: error.message }),
      );
    };
    const waitMs = asked.current.atMs + ASKED_EVERY_MS - performance.now();
    const timer = setTimeout(ask, Math.max(0, waitMs));
    return () => clearTimeout(timer);
  }, [path, isPast, movedMs]);
  if (isPast) {
    return (
      <Panel title="Context">
        <p class="soft">It is told of now only: a recording holds no context.</p>
      </Panel>
    );
  }
  if (told.is === 'asked') return <Panel title="Context">…</Panel>;
  if (told.is === 'refused') {
    return (
      <Panel title="Context">
        <p class="soft">{told.because}</p>
      </Panel>
    );
  }
  const { context, output, error, deadlines, policy } = told.detail;
  return (
    <>
      {deadlines.length > 0 && <Deadlines deadlines={deadlines} />}
      <Panel title="Context">
        <ValueTree value={context} />
        {output !== undefined && <ValueTree name="output" value={output} />}
        {error !== undefined && <ValueTree name="error" value={error} />}
      </Panel>
      <Panel title="Policy">
        <Rows rows={policyRows(policy)} />
      </Panel>
    </>
  );
}

function Deadlines({ deadlines }: Pick<ActorDetail, 'deadlines'>) {
  const { atMs } = shown.value;
  return (
    <Panel title="Waits for">
      <dl class="facts">
        {deadlines.map(({ event, dueAtMs }) => (
          <>
            <dt>
              <code>{awaitedText(event)}</code>
            </dt>
            <dd>{dueAtMs > atMs ? `in ${span(dueAtMs - atMs)}` : 'due'}</dd>
          </>
        ))}
      </dl>
    </Panel>
  );
}

function Recent({ path }: { readonly path: string }) {
  const lines = newestOf(history.value.lines, path, shown.value.atMs, 12);
  return (
    <Panel title="Last of it">
      {lines.length === 0 ? (
        <p class="soft">Nothing has happened to it while it was watched.</p>
      ) : (
        <ol class="recent">
          {lines.map((happened, index) => (
            <li key={`${happened.line[1]} ${lines.length - index}`} class={happened.line[0]}>
              <a href={hashOf({ view: 'actor', rest: path, atMs: happened.line[1] })}>
                {exactText(happened.line[1])}
              </a>
              <span class="mono clip">{wordsOf(happened, path)}</span>
            </li>
          ))}
        </ol>
      )}
    </Panel>
  );
}

function Edges({ actor }: { readonly actor: Actor }) {
  const chart = shown.value.model.chartOf(actor);
  if (chart === undefined) return null;
  const edges = takenEdges(chart, actor).sort((a, b) => b.times - a.times || a.index - b.index);
  const never = edges.filter(({ times }) => times === 0).length;
  return (
    <Panel title="Transitions" end={<span class="faint">{never} never taken</span>} bare>
      <ol class="edges">
        {edges.slice(0, 60).map(({ edge, index, times, isLast }) => (
          <li key={index} class={isLast ? 'last' : ''}>
            <span class="mono">
              {edge.name}
              {edge.guard && <span class="faint"> [{edge.guard}]</span>}
            </span>
            <b class={times > 0 ? '' : 'faint'}>{times}</b>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
