import type { Outcome } from '../domain/outcome.ts';

/** Ends a fetch task from wherever it stands; never leaves `edge/`. */
export class TaskEnded extends Error {
  override readonly name = 'TaskEnded' as const;
  /** Undefined when the task is handed back. */
  readonly outcome: Outcome | undefined;
  readonly isSlowedDown: boolean;

  constructor(
    outcome: Outcome | undefined,
    message: string | undefined,
    { isSlowedDown = false }: { readonly isSlowedDown?: boolean } = {},
  ) {
    super(message ?? '');
    this.outcome = outcome;
    this.isSlowedDown = isSlowedDown;
  }
}
