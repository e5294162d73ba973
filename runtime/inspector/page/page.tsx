import type { ComponentChildren } from 'preact';

/** A view under its title, with one sentence about what is seen. */
export function Page(props: {
  readonly title: string;
  readonly about: ComponentChildren;
  /** At the right end of its title. */
  readonly end?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  return (
    <div class="page telling">
      <header class="page-title">
        <h1>{props.title}</h1>
        {props.end && <div class="bar end">{props.end}</div>}
      </header>
      <p class="about">{props.about}</p>
      {props.children}
    </div>
  );
}

/** One of a few, of which one is chosen. */
export function Segments<Name extends string>(props: {
  readonly label: string;
  readonly of: readonly (readonly [name: Name, title: string])[];
  readonly chosen: Name;
  readonly choose: (name: Name) => void;
}) {
  return (
    <fieldset class="segments" aria-label={props.label}>
      {props.of.map(([name, title]) => (
        <button
          key={name}
          type="button"
          aria-pressed={name === props.chosen}
          onClick={() => props.choose(name)}
        >
          {title}
        </button>
      ))}
    </fieldset>
  );
}
