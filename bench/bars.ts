/** A number that was measured, and the bar it has to meet. */
export type Bar = { readonly name: string; readonly value: number } & (
  | { readonly atLeast: number }
  | { readonly atMost: number }
);

/** Prints bars as a table. @returns the exit status: 1 when one is missed. */
export function printBars(bars: readonly Bar[]): number {
  const width = Math.max(...bars.map(({ name }) => name.length));
  let missed = 0;
  for (const bar of bars) {
    const [sign, limit] = 'atLeast' in bar ? ['≥', bar.atLeast] : ['≤', bar.atMost];
    const isMet = 'atLeast' in bar ? bar.value >= bar.atLeast : bar.value <= bar.atMost;
    if (!isMet) missed += 1;
    const value = bar.value.toFixed(bar.value < 100 ? 2 : 0).padStart(9);
    console.log(
      `${bar.name.padEnd(width)} ${value}  ${sign} ${limit}  ${isMet ? 'met' : 'MISSED'}`,
    );
  }
  return missed === 0 ? 0 : 1;
}
