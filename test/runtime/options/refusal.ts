/** What `call` throws, as text; empty if it does not. */
export function refusalOf(call: () => unknown): string {
  try {
    call();
    return '';
  } catch (error) {
    return String(error);
  }
}
