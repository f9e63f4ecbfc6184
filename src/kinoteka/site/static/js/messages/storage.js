// What is kept in the browser, by account: drafts, and messages that are yet to be sent.

const PREFIX = "kinoteka:";

let isDropped = false;

function keys() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

export class Store {
  constructor(account) {
    this.prefix = `${PREFIX}${account}:`;
  }

  read(name, otherwise) {
    try {
      return JSON.parse(localStorage.getItem(this.prefix + name)) ?? otherwise;
    } catch {
      return otherwise;
    }
  }

  // False where nothing can be kept: in a private window, or for want of room.
  write(name, value) {
    if (isDropped) return false;
    try {
      if (value === null) localStorage.removeItem(this.prefix + name);
      else localStorage.setItem(this.prefix + name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  }

  // Other windows of this browser have changed it.
  onChange(name, action) {
    addEventListener("storage", (event) => {
      if (event.key === this.prefix + name) action();
    });
  }

  // What another account has left here is nobody's business.
  dropOthers() {
    for (const key of keys()) if (!key.startsWith(this.prefix)) localStorage.removeItem(key);
  }
}

// Somebody signs out: nothing is left here, nor written on the way.
export function dropAll() {
  isDropped = true;
  for (const key of keys()) localStorage.removeItem(key);
}

export const isSigningOut = () => isDropped;
