// Requests to the server and their errors.

const PATIENCE = 20_000;

export class Offline extends Error {}
export class SignedOut extends Error {}

export class Refused extends Error {
  constructor(status, reason, wait) {
    super(`${status} ${reason}`);
    this.status = status;
    this.reason = reason;
    this.wait = wait; // seconds, from Retry-After
  }

  // Whether the same request may be retried.
  get passes() {
    return this.status === 429 || this.status >= 500;
  }
}

async function ask(method, path, body, headers = {}) {
  const given = { method, headers, redirect: "manual", signal: AbortSignal.timeout(PATIENCE) };
  if (body !== undefined) {
    given.body = JSON.stringify(body);
    given.headers = { ...headers, "content-type": "application/json" };
  }
  let answer;
  let told;
  try {
    answer = await fetch(path, given);
    told = answer.type === "opaqueredirect" ? null : await answer.text();
  } catch {
    throw new Offline(path);
  }
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (answer.ok) return told;
  const wait = Number(answer.headers.get("retry-after")) || 0;
  throw new Refused(answer.status, reasonOf(told), wait);
}

function reasonOf(told) {
  try {
    return JSON.parse(told).error;
  } catch {
    return "";
  }
}

const parsed = async (...given) => JSON.parse(await ask(...given));

export const api = {
  history: (chat, before) =>
    parsed("GET", `/messages/${chat}/history?limit=50${before ? `&before=${before}` : ""}`),
  post: (chat, text, nonce) => parsed("POST", `/chats/${chat}/messages`, { text, nonce }),
  edit: (id, text) => parsed("PUT", `/messages/${id}`, { text }),
  delete: (id) => ask("DELETE", `/messages/${id}`),
  read: (chat, id) => ask("POST", `/chats/${chat}/read`, { message_id: id }),
  film: (id) => ask("GET", `/messages/films/${id}`),
  chats: () => ask("GET", "/messages", undefined, { "hx-request": "true" }),
};
