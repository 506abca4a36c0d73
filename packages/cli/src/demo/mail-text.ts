/** What a header says: its first occurrence, unfolded; '' where it is not there. */
const headerOf = (headers: string, name: string): string =>
  new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, 'im').exec(headers)?.[1]?.replace(/\s+/g, ' ').trim() ?? '';

/** `=3D` and lines that end with `=`, as mail programs write what is not plain ASCII. */
const fromQuotedPrintable = (text: string): string =>
  text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The words of HTML, without scripts, styles, comments and tags. */
const fromHtml = (text: string): string =>
  text
    .replace(/<(style|script)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<[^<>]{1,2000}>/g, ' ')
    .replace(/&([a-z]+);/gi, (_, name: string) => entities[name.toLowerCase()] ?? ' ')
    .replace(/&#\d+;/g, ' ');

/**
 * The words of an e-mail as it travelled: its subject and its body, without headers, tags, addresses of pages and attachments. Marks of
 * mailing lists and `Re:` are left out of the subject, since they alone would say that a mail is none that nobody asked for.
 *
 * @example
 * mailText('Subject: Re: [list] Lunch\n\n<p>At noon?</p>'); // 'Lunch. At noon?'
 */
export const mailText = (raw: string): string => {
  const end = /\r?\n\r?\n/.exec(raw);
  const [headers, body] = end ? [raw.slice(0, end.index), raw.slice(end.index)] : [raw, ''];
  const decoded = /quoted-printable/i.test(raw) ? fromQuotedPrintable(body) : body;
  const words = fromHtml(decoded)
    .replace(/^(?:[-\w]+:\s|\s+(?:charset|boundary|name|filename)=|\s*[>|]|This is a multi-part message|--).*$/gim, ' ') // headers of parts, quotations
    .replace(/https?:\S+/g, ' ')
    .replace(/[A-Za-z0-9+/=]{40,}/g, ' ') // attachments
    .replace(/[-_=*~#>|.]{2,}/g, ' ')
    .replace(/[^\x20-\x7e\xa0-\xff]+|\s+/g, ' ')
    .trim();
  const subject = headerOf(headers, 'subject')
    .replace(/=\?\S+\?=/g, ' ')
    .replace(/\[[^\]]*\]|\b(re|fw|fwd):/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return `${subject === '' ? '' : `${subject}. `}${words}`.replace(/ {2,}/g, ' ');
};
