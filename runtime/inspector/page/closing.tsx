/** The end of a dialog that has nothing to ask. */
export function Closing({ close }: { readonly close: () => void }) {
  return (
    <footer>
      <button type="button" class="primary" onClick={close}>
        Close
      </button>
    </footer>
  );
}
