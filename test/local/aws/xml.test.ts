import { expect, test } from 'vitest';
import { childOf, parseXml, renderXml } from '../../../local/aws/xml.ts';

test('reads what it writes, entities included', () => {
  const text = '/a?x=1&y=<2>"\'';

  const root = parseXml(
    renderXml(
      [
        'Root',
        [
          ['Path', text],
          ['Empty', ''],
          ['Count', 3],
        ],
      ],
      'urn:x',
    ),
  );

  expect(childOf(root, 'Path').text).toBe(text);
  expect(childOf(root, 'Empty').text).toBe('');
  expect(childOf(root, 'Count').text).toBe('3');
});

test.each([
  ['', 'one root'],
  ['<a></b>', 'closes nothing'],
  ['<a>', 'cut short'],
  ['<a/><b/>', 'one root'],
  ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'malformed'],
  ['<a>&x;</a>', 'no XML entity'],
  ['<a>'.repeat(30), 'too deeply'],
])('refuses %j', (document, reason) => {
  expect(() => parseXml(document)).toThrow(reason);
});
