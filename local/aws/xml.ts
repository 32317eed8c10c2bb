/** An element to write: its name, and its text or children. */
export type XmlNode = readonly [
  name: string,
  value: string | number | boolean | readonly XmlNode[],
];

/** An element that was read. */
export type XmlElement = {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
};

/** Thrown when a text is no XML that an AWS client would send. */
export class XmlError extends Error {
  override readonly name = 'XmlError' as const;
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);
const MOST_DEPTH = 20;

/** Writes an element; `xmlns` goes to the root as AWS writes it. */
export function renderXml(root: XmlNode, xmlns: string): string {
  const [name, value] = root;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${name} xmlns="${xmlns}">${content(value)}</${name}>`;
}

function content(value: XmlNode[1]): string {
  if (typeof value !== 'object') return escapeXml(String(value));
  return value.map(([name, inner]) => `<${name}>${content(inner)}</${name}>`).join('');
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

type Building = { readonly name: string; text: string; readonly children: XmlElement[] };

/**
 * Reads a document without doctype, CDATA and comments, which AWS clients never send.
 *
 * @throws XmlError for anything else.
 */
export function parseXml(document: string): XmlElement {
  const top: Building = { name: '', text: '', children: [] };
  const open: Building[] = [top];
  const pattern =
    /<\?[^>]*\?>|<(?<end>\/?)(?<name>[A-Za-z][\w.-]*)(?:\s[^<>]*?)?(?<empty>\/?)>|(?<text>[^<]+)/gy;
  let at = 0;
  for (const match of document.matchAll(pattern)) {
    at = match.index + match[0].length;
    const { end, name, empty, text } = match.groups ?? {};
    const current = open.at(-1) ?? top;
    if (text !== undefined) current.text += unescapeXml(text);
    else if (name !== undefined && end === '/') close(open, name);
    else if (name !== undefined) openElement(open, name, empty === '/');
  }
  const [root, second] = top.children;
  if (at !== document.length || open.length !== 1)
    throw new XmlError('the document is cut short or malformed');
  if (root === undefined || second !== undefined)
    throw new XmlError('there must be one root element');
  return root;
}

function openElement(open: Building[], name: string, isEmpty: boolean): void {
  if (open.length > MOST_DEPTH) throw new XmlError('elements are nested too deeply');
  const element: Building = { name, text: '', children: [] };
  open.at(-1)?.children.push(element);
  if (!isEmpty) open.push(element);
}

function close(open: Building[], name: string): void {
  const current = open.pop();
  if (current?.name !== name || open.length === 0) throw new XmlError(`</${name}> closes nothing`);
}

function unescapeXml(text: string): string {
  return text.replaceAll(/&(#x?)?(\w*);?/g, (all, numeric: string | undefined, name: string) => {
    if (numeric !== undefined)
      return String.fromCodePoint(Number.parseInt(name, numeric === '#x' ? 16 : 10));
    const character = ENTITIES.get(name);
    if (character === undefined) throw new XmlError(`${all} is no XML entity`);
    return character;
  });
}

/** The only child of that name. @throws XmlError when it is missing or not alone. */
export function childOf(parent: XmlElement, name: string): XmlElement {
  const [child, second] = parent.children.filter((one) => one.name === name);
  if (child === undefined || second !== undefined)
    throw new XmlError(`${parent.name} needs one ${name}`);
  return child;
}
