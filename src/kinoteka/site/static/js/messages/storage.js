// Data stored in the browser per account: drafts and pending messages.

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

  // Return false if nothing can be stored: in a private window, or without space.
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

  // Another window of this browser has changed the data.
  onChange(name, action) {
    addEventListener("storage", (event) => {
      if (event.key === this.prefix + name) action();
    });
  }

  // Delete the data of other accounts.
  dropOthers() {
    for (const key of keys()) if (!key.startsWith(this.prefix)) localStorage.removeItem(key);
  }
}

// On sign-out, delete all data and store nothing more.
export function dropAll() {
  isDropped = true;
  for (const key of keys()) localStorage.removeItem(key);
}

export const isSigningOut = () => isDropped;
