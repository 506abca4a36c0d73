import { mailText } from './mail-text.js';

test('subject and body, without headers, marks of lists and what is quoted', () => {
  const raw = [
    'From: a@example.com',
    'Subject: Re: [list] Lunch',
    '  on Monday',
    'X-Other: subject: no',
    '',
    '> Shall we?',
    'At noon,   then.',
    'See https://example.com/map for the way.',
  ];
  expect(mailText(raw.join('\n'))).toBe('Lunch on Monday. At noon, then. See for the way.');
  expect(mailText(raw.join('\r\n'))).toBe('Lunch on Monday. At noon, then. See for the way.');
});

test('the words of HTML, decoded, without scripts and attachments', () => {
  const raw = `Subject: Offer
Content-Transfer-Encoding: quoted-printable

<html><style>b { color: red }</style><script>var a =3D "b";</script>
<b><font size=3D"5">Buy &amp; sa=
ve</font></b> 50&nbsp;percent<!-- hidden -->
${'QUJD'.repeat(12)}`;
  expect(mailText(raw)).toBe('Offer. Buy & save 50 percent');
});

test('a mail of nothing has no words', () => {
  expect(mailText('')).toBe('');
  expect(mailText('Subject: Only this')).toBe('Only this. ');
});
