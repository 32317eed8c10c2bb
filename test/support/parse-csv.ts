/** The records of a CSV text, each as its fields (RFC 4180). */
export function parseCsv(text: string): string[][] {
  const fields = text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|$)/g);
  const records: string[][] = [];
  let record: string[] = [];
  for (const { 0: all, 1: quoted, 2: plain = '', 3: end } of fields) {
    if (all === '') break;
    record.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
