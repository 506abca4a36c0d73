const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in an element or an attribute of SVG or HTML. Control characters, which XML has no way to write, are left out. */
export const escapeMarkup = (text: string): string =>
  text
    // eslint-disable-next-line no-control-regex
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');

/** A number with a minus sign instead of a hyphen, and no negative zero. */
export const withMinus = (text: string): string => (/^-[0.]*$/.test(text) ? text.slice(1) : text.replace('-', '−'));

/** A value as a reader wants it: four significant digits. */
export const shortNumber = (value: number): string => withMinus(String(Number(value.toPrecision(4))));

/** A coordinate: tenths of a pixel. */
export const fixed = (value: number): string => {
  const text = value.toFixed(1);
  return text.endsWith('.0') ? text.slice(0, -2) : text;
};

/** About how wide a text is, in pixels; what reads it has its own font. */
export const widthOf = (text: string, size: number): number => 0.56 * size * [...text].length;
