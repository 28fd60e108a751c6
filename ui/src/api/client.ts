/** One way to talk to the server: JSON in, JSON out, every refusal an `ApiError` that keeps the server's words. */

export interface ErrorDetail { message: string; code?: string; in?: string; subCategory?: string; context?: Record<string, string[]> }
interface Envelope { status?: string; message?: string; correlationId?: string; category?: string; subCategory?: string; errors?: ErrorDetail[]; context?: Record<string, string[]> }

export class ApiError extends Error {
  readonly status: number;
  readonly category: string;
  readonly code: string;
  readonly details: ErrorDetail[];
  readonly correlationId: string;
  readonly retryAfterSeconds: number | null;
  readonly context: Record<string, string[]>;

  constructor(status: number, envelope: Envelope, retryAfterSeconds: number | null = null) {
    super(envelope.message ?? '');
    this.name = 'ApiError';
    this.status = status;
    this.category = envelope.category ?? '';
    this.code = envelope.subCategory ?? envelope.category ?? '';
    this.details = envelope.errors ?? [];
    this.context = envelope.context ?? {};
    this.correlationId = envelope.correlationId ?? '';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface Request {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  body?: unknown;
  form?: FormData;
  /** A file of text, as it is. */
  toml?: string;
  account?: string | number;
  query?: Record<string, string | number | boolean | string[] | undefined | null>;
  /** The proof of a fresh second factor, for one act. */
  stepUp?: string;
  signal?: AbortSignal;
}

export function pathWith(path: string, query?: Request['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null || value === '') continue;
    params.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

export function headersFor(request: Request): Record<string, string> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (request.body !== undefined) headers['Content-Type'] = 'application/json';
  if (request.toml !== undefined) headers['Content-Type'] = 'application/toml';
  if (request.account !== undefined) headers['X-Consortio-Account'] = String(request.account);
  if ((request.method ?? 'GET') !== 'GET') headers['X-Consortio-Csrf'] = '1';
  if (request.stepUp) headers['X-Consortio-Step-Up'] = request.stepUp;
  return headers;
}

function waitOf(response: Response): number | null {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? seconds : null;
}

async function jsonOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!text) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return { message: text.slice(0, 300) };
  }
}

export async function call<T>(path: string, request: Request = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(pathWith(path, request.query), {
      method: request.method ?? 'GET',
      headers: headersFor(request),
      body: request.form ?? request.toml ?? (request.body === undefined ? undefined : JSON.stringify(request.body)),
      credentials: 'same-origin',
      signal: request.signal,
    });
  } catch (problem) {
    if (problem instanceof DOMException && problem.name === 'AbortError') throw problem;
    throw new ApiError(0, { category: 'NETWORK' });
  }
  const body = await jsonOf(response);
  if (!response.ok) throw new ApiError(response.status, (body ?? {}) as Envelope, waitOf(response));
  return body as T;
}
