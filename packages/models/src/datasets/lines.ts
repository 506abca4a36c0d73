/** What ends a line: LF, CRLF (Windows) or CR alone (old Macs). Nothing else: U+2028, U+0085 and form feeds belong to the text. */
const lineEnd = /\r\n|\n|\r/;

/**
 * The lines of a text, whatever ends each of them; an end at the very end makes an empty last line. Byte order marks that begin a line go:
 * one in the middle is what is left of a file that another was joined to.
 *
 * @example
 * splitLines('a\r\nb\nc\r'); // ['a', 'b', 'c', '']
 */
export const splitLines = (text: string): string[] => text.split(lineEnd).map((line) => line.replace(/^\ufeff+/, ''));

/** Whether a line holds nothing but spaces and tabs. Other white space is a character like any other. */
export const isBlank = (line: string): boolean => /^[ \t]*$/.test(line);

/** How many lines end in a text. */
export const countLineEnds = (text: string): number => text.split(lineEnd).length - 1;
