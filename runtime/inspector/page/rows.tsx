import type { Told } from './wording.ts';

/** Names with what they are. */
export function Rows({ rows }: { readonly rows: readonly Told[] }) {
  return (
    <dl class="facts">
      {rows.map(([name, text]) => (
        <>
          <dt key={name}>{name}</dt>
          <dd>{text}</dd>
        </>
      ))}
    </dl>
  );
}
