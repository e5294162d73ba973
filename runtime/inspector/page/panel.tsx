import type { ComponentChildren } from 'preact';

/** A part of a view, under a heading of its own. */
export function Panel(props: {
  readonly title: string;
  /** At the right end of its heading. */
  readonly end?: ComponentChildren;
  readonly children: ComponentChildren;
  /** Its content goes to its edges. */
  readonly bare?: boolean;
}) {
  return (
    <section class="panel" aria-label={props.title}>
      <header>
        <h2>{props.title}</h2>
        {props.end && <div class="end">{props.end}</div>}
      </header>
      {props.bare ? props.children : <div class="body">{props.children}</div>}
    </section>
  );
}
