import { expect, it } from 'vitest';
import { rowsOf, stepsFor } from './pipeline-plan';

const stage = (id: string, displayOrder: number, probability: string) => ({ id, label: id.toUpperCase(), displayOrder, metadata: { probability } });
const pipeline = { id: '1', label: 'Sales', displayOrder: 0, stages: [stage('b', 1, '1.0'), stage('a', 0, '0.1')] };

it('an untouched pipeline sends nothing', () => {
  expect(stepsFor('deals', pipeline, 'Sales', rowsOf('deals', pipeline))).toEqual([]);
});

it('only what differs is sent, removals last', () => {
  const rows = [{ key: 'n', label: ' New ', share: '0.5' }, { ...rowsOf('deals', pipeline)[0]!, share: '0.2' }];
  expect(stepsFor('deals', pipeline, 'Renamed', rows)).toEqual([
    { method: 'PATCH', path: '', body: { label: 'Renamed' } },
    { method: 'POST', path: '/stages', body: { label: 'New', displayOrder: 0, metadata: { probability: '0.5' } } },
    { method: 'PATCH', path: '/stages/a', body: { label: 'A', displayOrder: 1, metadata: { probability: '0.2' } } },
    { method: 'DELETE', path: '/stages/b' },
  ]);
});

it('a ticket’s stage is open or closed', () => {
  const tickets = { ...pipeline, stages: [{ id: 's', label: 'S', displayOrder: 0, metadata: { ticketState: 'CLOSED' } }] };
  expect(rowsOf('tickets', tickets)[0]!.share).toBe('CLOSED');
});
