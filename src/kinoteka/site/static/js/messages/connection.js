// The WebSocket. It reconnects with growing delays, or at once if the server says that it restarts.

const FIRST = 500;
const LONGEST = 30_000;
const LASTING = 5000; // milliseconds after which a connection counts as stable
const RESTARTED = 1012;
const SESSION_OVER = 4401;

export class Connection extends EventTarget {
  constructor(path) {
    super();
    this.address = new URL(path, location.href.replace(/^http/, "ws")).href;
    this.tries = 0;
    this.isOver = false;
    addEventListener("online", () => this.restart());
    addEventListener("offline", () => this.socket?.close());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible" && !this.isOpen) this.connect();
    });
    addEventListener("pagehide", () => this.socket?.close());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
    this.connect();
  }

  get isOpen() {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  connect() {
    clearTimeout(this.timer);
    if (this.isOver || (this.socket && this.socket.readyState <= WebSocket.OPEN)) return;
    const socket = new WebSocket(this.address);
    this.socket = socket;
    let openedAt = 0;
    socket.addEventListener("open", () => {
      openedAt = performance.now();
      this.tell("open");
    });
    socket.addEventListener("message", (event) => {
      if (socket === this.socket) this.tell("heard", JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (socket === this.socket) this.closed(event.code, openedAt);
    });
  }

  // Reconnect: this socket may be dead without an error.
  restart() {
    const old = this.socket;
    this.socket = undefined;
    old?.close();
    this.tries = 0;
    this.tell("closed");
    this.connect();
  }

  closed(code, openedAt) {
    this.socket = undefined;
    if (code === SESSION_OVER) {
      this.stop();
      return;
    }
    const lasted = openedAt > 0 && performance.now() - openedAt > LASTING;
    if (lasted) this.tries = 0;
    const pause = Math.min(LONGEST, FIRST * 2 ** this.tries);
    const wait = code === RESTARTED && this.tries === 0 ? 0 : pause / 2;
    this.tries += 1;
    this.tell("closed");
    // Add jitter: a restarted server has lost a thousand connections.
    this.timer = setTimeout(() => this.connect(), wait + (Math.random() * pause) / 2);
    if (!openedAt) this.tell("refused");
  }

  // The session is closed.
  stop() {
    this.isOver = true;
    clearTimeout(this.timer);
    this.socket?.close();
    this.tell("over");
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
