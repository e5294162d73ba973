/** Shipped files without a test of their own, each with the reason. This list may only shrink. */
export const withoutMirror: Readonly<Record<string, string>> = {};
