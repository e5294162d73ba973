import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Closing } from './closing.tsx';
import { views } from './views.tsx';

export const isHelpOpen = signal(false);

const keys: readonly (readonly [key: string, does: string])[] = [
  ['/', 'search'],
  ['↑ ↓', 'up and down in a tree; move a chart'],
  ['← →', 'close and open a branch; move a chart'],
  ['Enter', 'open what is chosen'],
  ['+ − 0', 'in a chart: nearer, farther, all of it'],
  ['Esc', 'back to now, back to the tree'],
  ['?', 'this'],
];

export function Help() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog
      ref={dialog}
      aria-label="Keys"
      onClose={() => {
        isHelpOpen.value = false;
      }}
    >
      <div class="stack">
        <h2>Keys</h2>
        <dl class="facts">
          {keys.map(([key, does]) => (
            <Key key={key} name={key} does={does} />
          ))}
          {views.map(({ key, name, title }) =>
            key === undefined ? null : <Key key={name} name={`g ${key}`} does={title} />,
          )}
        </dl>
        <Closing close={() => dialog.current?.close()} />
      </div>
    </dialog>
  );
}

function Key(props: { readonly name: string; readonly does: string }) {
  return (
    <>
      <dt>
        {props.name.split(' ').map((part) => (
          <kbd key={part}>{part}</kbd>
        ))}
      </dt>
      <dd>{props.does}</dd>
    </>
  );
}
