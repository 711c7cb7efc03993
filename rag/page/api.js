// The server. Where it wants a key, the reader is asked for one; the tab keeps it, and no longer than the tab lives.

const KEY = "jushi.key";
let askForKey = async () => null;
let asking = null;

/** Who asks the reader for a key: a function that gives one, or null. */
export function setKeyAsker(ask) {
  askForKey = ask;
}

export class ApiError extends Error {
  constructor(message, { status = 0, code = null } = {}) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const storedKey = () => {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
};

/** The headers that every request carries. */
export const keyHeaders = () => (storedKey() ? { authorization: `Bearer ${storedKey()}` } : {});

/** Ask for a key once, however many requests wait for it; false when none is given. */
export async function renewKey() {
  asking ??= askForKey().finally(() => {
    asking = null;
  });
  const key = await asking;
  if (!key) return false;
  sessionStorage.setItem(KEY, key);
  return true;
}

/** A successful response. Throws `ApiError` with the server's own sentence, or an AbortError. */
export async function request(path, { headers = {}, ...options } = {}) {
  const response = await reach(path, { ...options, headers: { ...headers, ...keyHeaders() } });
  if (response.status === 401 && (await renewKey())) return request(path, { headers, ...options });
  if (!response.ok) throw await failure(response);
  return response;
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("", { code: "unreachable" });
  }
}

async function failure(response) {
  const body = await response.json().catch(() => null);
  return fault(body, response.status);
}

/** The error that a body in OpenAI's shape tells of. */
export function fault(body, status) {
  const { message = `HTTP ${status}`, code = null } = body?.error ?? {};
  return new ApiError(message, { status, code });
}

export const getJson = async (path, options) => (await request(path, options)).json();

export const articlePath = (id) => `/v1/documents/${encodeURIComponent(id)}`;

/** The chunks of a streamed completion, as they come. */
export async function* completion(body, signal) {
  const response = await request("/v1/chat/completions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body, stream: true }),
    signal,
  });
  for await (const data of events(response.body)) {
    if (data === "[DONE]") return;
    const chunk = JSON.parse(data);
    if (chunk.error) throw fault(chunk, response.status);
    yield chunk;
  }
  throw new ApiError("", { code: "cut" });
}

/** The data of server-sent events; comments are passed over. */
async function* events(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      const lines = block.split("\n").filter((line) => line.startsWith("data: "));
      if (lines.length) yield lines.map((line) => line.slice(6)).join("\n");
    }
  }
}
