/** Editing a pipeline as the requests it takes: only what differs is sent, so records in untouched stages stay where they are. Pure. */
import type { Pipeline, Stage } from '../../api/types';

export type PipelineType = 'deals' | 'tickets';
/** A stage in the form; `share` is the probability of a deal, or OPEN or CLOSED of a ticket. */
export interface Row { key: string; id?: string; label: string; share: string }
export interface Step { method: 'POST' | 'PATCH' | 'DELETE'; path: string; body?: unknown }

const shareOf = (type: PipelineType, stage: Stage): string => (type === 'deals' ? Number(stage.metadata.probability ?? 0).toFixed(1) : (stage.metadata.ticketState ?? (stage.metadata.isClosed === 'true' ? 'CLOSED' : 'OPEN')));

export function rowsOf(type: PipelineType, pipeline: Pipeline): Row[] {
  return [...pipeline.stages].sort((a, b) => a.displayOrder - b.displayOrder).map((stage) => ({ key: stage.id, id: stage.id, label: stage.label, share: shareOf(type, stage) }));
}

export function metadataOf(type: PipelineType, row: Row): Record<string, string> {
  return type === 'deals' ? { probability: row.share } : { ticketState: row.share };
}

/** New stages first and removals last: a pipeline is never left without stages in between. */
export function stepsFor(type: PipelineType, pipeline: Pipeline, label: string, rows: Row[]): Step[] {
  const before = new Map(pipeline.stages.map((stage) => [stage.id, stage]));
  const steps: Step[] = label === pipeline.label ? [] : [{ method: 'PATCH', path: '', body: { label } }];
  rows.forEach((row, i) => {
    const old = row.id ? before.get(row.id) : undefined;
    const body = { label: row.label.trim(), displayOrder: i, metadata: metadataOf(type, row) };
    if (!old) steps.push({ method: 'POST', path: '/stages', body });
    else if (old.label !== body.label || old.displayOrder !== i || shareOf(type, old) !== row.share) steps.push({ method: 'PATCH', path: `/stages/${old.id}`, body });
  });
  const kept = new Set(rows.map((row) => row.id));
  for (const stage of pipeline.stages) if (!kept.has(stage.id)) steps.push({ method: 'DELETE', path: `/stages/${stage.id}` });
  return steps;
}
