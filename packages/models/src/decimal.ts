const decimal = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Whether a text is a decimal number, `-1.5e3`, and nothing else: no `0x10`, no `true`, no blank. Spaces around it do not count. */
export const isDecimal = (text: string): boolean => decimal.test(text.trim()) && Number.isFinite(Number(text));
