import { describe, expect, test } from 'vitest';
import { type Progress, batches, run } from './bulk';

async function* of(...pages: string[][]) {
  yield* pages;
}

describe('a deed on many records', () => {
  test('goes page by page and keeps what was refused', async () => {
    const seen: Progress[] = [];
    const end = await run(of(['1', '2'], ['3']), (ids) => Promise.resolve(ids.includes('2') ? [{ id: '2', message: 'no' }] : []), (progress) => seen.push(progress), () => false);
    expect(end).toEqual({ done: ['1', '3'], failures: [{ id: '2', message: 'no' }] });
    expect(seen.map((progress) => progress.done.length)).toEqual([1, 2]);
  });

  test('stops between two pages', async () => {
    let calls = 0;
    const end = await run(of(['1'], ['2'], ['3']), () => Promise.resolve((calls += 1, [])), () => undefined, () => calls === 2);
    expect(end.done).toEqual(['1', '2']);
    expect(calls).toBe(2);
  });

  test('is never larger than a batch call takes', () => {
    expect(batches([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  });
});
