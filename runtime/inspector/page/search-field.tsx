import type { Signal } from '@preact/signals';

/** Narrows down what is shown with it. */
export function SearchField(props: {
  readonly label: string;
  readonly hint: string;
  readonly value: Signal<string>;
  readonly disabled?: boolean;
}) {
  const { label, hint, value, disabled = false } = props;
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={hint}
      disabled={disabled}
      value={value.value}
      onInput={(event) => {
        value.value = event.currentTarget.value;
      }}
    />
  );
}
