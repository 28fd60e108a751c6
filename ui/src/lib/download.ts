/** Saves a file; one that needs the account's header cannot be a plain link. */
import { ApiError, headersFor } from '../api/client';

export function saveAs(blob: Blob, name: string) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export async function download(path: string, account: string | number, name: string): Promise<void> {
  const response = await fetch(path, { headers: { ...headersFor({ account }), Accept: '*/*' }, credentials: 'same-origin' });
  if (response.ok) return saveAs(await response.blob(), name);
  let envelope: object = {};
  try {
    envelope = (await response.json()) as object;
  } catch {
    // A refusal without words is told by its status.
  }
  throw new ApiError(response.status, envelope);
}
