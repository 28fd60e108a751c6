/** Preparing an import: what the server guessed, what the person chose, whether it can start. Pure. */
import type { ImportPreview } from '../api/types';

export type Mapping = (string | null)[];

/** Only this much of a large file goes to the preview; the whole of it is sent once, when the import starts. */
export const PREVIEW_BYTES = 1_000_000;

/** The guess as one choice per column, each property at most once. */
export function mappingFrom(preview: ImportPreview): Mapping {
  const taken = new Set<string>();
  return preview.columns.map((column, i) => {
    const guessed = (preview.guess[i]?.column === column ? preview.guess[i] : preview.guess.find((one) => one.column === column))?.property ?? null;
    if (!guessed || taken.has(guessed)) return null;
    taken.add(guessed);
    return guessed;
  });
}

export function chosenTwice(mapping: Mapping): string | undefined {
  const seen = new Set<string>();
  for (const property of mapping) {
    if (!property) continue;
    if (seen.has(property)) return property;
    seen.add(property);
  }
  return undefined;
}

/** The part of the file for the preview, cut behind a whole line. */
export async function previewPart(file: File): Promise<{ part: Blob; cut: boolean }> {
  if (file.size <= PREVIEW_BYTES) return { part: file, cut: false };
  const bytes = new Uint8Array(await file.slice(0, PREVIEW_BYTES).arrayBuffer());
  const end = bytes.lastIndexOf(10);
  return { part: file.slice(0, end > 0 ? end + 1 : PREVIEW_BYTES), cut: true };
}

/** Rows in the file when only its beginning was counted. */
export function estimatedRows(counted: number, partBytes: number, fileBytes: number): number {
  return partBytes === 0 ? 0 : Math.round((counted / partBytes) * fileBytes);
}

export type DelimiterName = 'comma' | 'semicolon' | 'tab' | 'pipe';
export function delimiterName(sign: string): DelimiterName | undefined {
  return ({ ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' } as const)[sign];
}
