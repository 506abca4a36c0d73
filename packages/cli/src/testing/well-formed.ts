/** Throws unless a text is well-formed XML, as far as we write it: tags that close in order, quoted attributes, no stray `<` or `&`. */
export const wellFormed = (xml: string): void => {
  const open: string[] = [];
  const rest = xml.replace(
    /<(\/?)([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>/g,
    (_, closing: string, name: string, __: string, alone: string) => {
      if (closing !== '' && open.pop() !== name) throw new Error(`</${name}> closes what is not open`);
      if (closing === '' && alone === '') open.push(name);
      return '';
    },
  );
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  if (rest.includes('<')) throw new Error(`a stray "<": ${rest.slice(rest.indexOf('<'), rest.indexOf('<') + 60)}`);
  const entity = /&(?!(amp|lt|gt|quot|apos|#\d+);)/.exec(xml);
  if (entity) throw new Error(`a stray "&": ${xml.slice(entity.index, entity.index + 20)}`);
};
