/** Sends a form and says how far it is; `fetch` cannot tell. */
import { ApiError, headersFor } from '../api/client';

export function upload<T>(path: string, form: FormData, account: string | number, onProgress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    for (const [name, value] of Object.entries(headersFor({ method: 'POST', account }))) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    request.onerror = () => reject(new ApiError(0, { category: 'NETWORK' }));
    request.onload = () => {
      let body: unknown = null;
      try {
        body = JSON.parse(request.responseText || 'null');
      } catch {
        body = { message: request.responseText.slice(0, 300) };
      }
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(new ApiError(request.status, (body ?? {}) as object));
    };
    request.send(form);
  });
}
