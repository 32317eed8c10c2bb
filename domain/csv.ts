/** Lines of CSV files as RFC 4180 wants them, safe to open in a spreadsheet. */

const NEEDS_QUOTES = /[",\r\n]/;
/** A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection"). */
const BEGINS_FORMULA = /^[=+\-@\t\r]/;

/** One line of a CSV file, with its line end. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\r\n`;
}

function csvField(text: string): string {
  const harmless = BEGINS_FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
