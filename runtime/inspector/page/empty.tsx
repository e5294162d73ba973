import type { ComponentChildren } from 'preact';

/** There is nothing: what, and in the children why, and what may be done. */
export function Empty(props: { readonly what: string; readonly children?: ComponentChildren }) {
  return (
    <div class="empty" role="status">
      <strong>{props.what}</strong>
      {props.children && <p>{props.children}</p>}
    </div>
  );
}
