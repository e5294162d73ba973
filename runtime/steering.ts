/** Characters that steer a terminal, end a line, or turn text around. */
export const STEERING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** Each of them as JSON may write it: `\u001b`. */
export const escapeSteering = (text: string): string =>
  text.replaceAll(STEERING, (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );
