import type { Progress } from './api-client.ts';
import { formatBytes } from './format-bytes.ts';

const BAR_CELLS = 30;
const CLEAR_LINE = '\r\u001B[K';

/** Where progress is drawn: a terminal, or anything else that takes text. */
export type ProgressOutput = {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
};

/** Draws one request's progress. */
export interface ProgressBar {
  /** Shows where the request stands. */
  show(progress: Progress): void;
  /** Leaves the last state on a line of its own. */
  end(): void;
}

/**
 * Creates a progress bar: one line that moves on a terminal, elsewhere a new line for each state
 * that differs from the one before.
 */
export function createProgressBar(output: ProgressOutput): ProgressBar {
  let last = '';
  return {
    show(progress) {
      const line = progressLine(progress);
      if (line === last) return;
      last = line;
      output.write(output.isTTY === true ? `${CLEAR_LINE}${line}` : `${line}\n`);
    },
    end() {
      if (output.isTTY === true && last !== '') output.write('\n');
    },
  };
}

function progressLine(progress: Progress): string {
  const done = progress.download_count + progress.failed_count;
  const share = progress.total_count === 0 ? 0 : done / progress.total_count;
  const filled = Math.floor(share * BAR_CELLS);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(BAR_CELLS - filled)}`;
  const percent = `${Math.floor(share * 100)} %`.padStart(5);
  const failed = progress.failed_count === 0 ? '' : `, ${progress.failed_count} failed`;
  const tasks = `${progress.download_count}/${progress.total_count} warm${failed}`;
  return `${bar} ${percent}  ${tasks}, ${formatBytes(progress.bytes_fetched)} fetched`;
}
