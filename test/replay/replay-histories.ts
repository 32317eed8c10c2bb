import { fileURLToPath } from 'node:url';
import { Worker, bundleWorkflowCode, type ReplayResult } from '@temporalio/worker';
import { z } from 'zod';
import { createDataConverter } from '../../codec/payload-codec.ts';

/** The part of a history's first event that names its run. */
const historySchema = z.looseObject({
  events: z.tuple(
    [
      z.looseObject({
        workflowExecutionStartedEventAttributes: z.looseObject({
          workflowId: z.string(),
          originalExecutionRunId: z.string(),
        }),
      }),
    ],
    z.unknown(),
  ),
});

/**
 * Replays histories, given as text by name, on workflow code bundled as the product's is.
 *
 * @param entry the bundle's entry, relative to this file.
 * @returns by name why the code breaks the history; undefined where it does not.
 */
export async function replayHistories(
  histories: ReadonlyMap<string, string>,
  entry: string,
): Promise<Map<string, ReplayResult['error']>> {
  const nameByRun = new Map<string, string>();
  const runs = [...histories].map(([name, text]) => {
    const history = historySchema.parse(JSON.parse(text));
    const started = history.events[0].workflowExecutionStartedEventAttributes;
    nameByRun.set(started.originalExecutionRunId, name);
    return { workflowId: started.workflowId, history };
  });
  const options = { workflowBundle: await bundleOf(entry), dataConverter: createDataConverter() };
  const errors = new Map<string, ReplayResult['error']>();
  for await (const { runId, error } of Worker.runReplayHistories(options, runs)) {
    errors.set(nameByRun.get(runId) ?? runId, error);
  }
  return errors;
}

const bundles = new Map<string, ReturnType<typeof bundleWorkflowCode>>();

/** Bundling takes seconds: once an entry. */
function bundleOf(entry: string): ReturnType<typeof bundleWorkflowCode> {
  const bundle =
    bundles.get(entry) ??
    bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL(entry, import.meta.url)),
      logger: { ...console, log: () => {}, trace: () => {}, debug: () => {}, info: () => {} },
    });
  bundles.set(entry, bundle);
  return bundle;
}
