// Turn addresses in texts into links, like links.py on the server.

const LINK = /https?:\/\/[^\s<>"'`]+|(?<![^\s(])\/films\/[0-9]{1,15}(?![^\s.,;:!?)])/gi;
const ADDRESS = /^https?:\/\/[^\s/?#.]/i;
const FILM = /\/films\/([0-9]{1,15})\/?$/;
const AFTER_LINKS = ".,;:!?\"'»”’…";
const CLOSING = new Map([[")", "("], ["]", "["], ["}", "{"]]);
const MAX_FILMS = 3;
const MAX_LINKS = 50;

const count = (text, character) => text.split(character).length - 1;

function trimmed(address) {
  // Count once: counting again for each bracket would be slow for thousands of brackets.
  const unbalanced = new Map();
  for (const [closing, opening] of CLOSING) {
    unbalanced.set(closing, count(address, closing) - count(address, opening));
  }
  let end = address.length;
  for (; end; end -= 1) {
    const last = address[end - 1];
    if (unbalanced.get(last) > 0) unbalanced.set(last, unbalanced.get(last) - 1);
    else if (!AFTER_LINKS.includes(last)) break;
  }
  return address.slice(0, end);
}

function filmOf(address, hosts) {
  let path = address;
  if (!address.startsWith("/")) {
    const parsed = /^https?:\/\/([^/?#]*)([^?#]*)/i.exec(address);
    if (!hosts.includes(parsed[1].toLowerCase())) return null;
    path = parsed[2];
  }
  const found = FILM.exec(path);
  return found && Number(found[1]);
}

export function pieces(text, hosts) {
  const found = [];
  let done = 0;
  for (const match of text.matchAll(LINK)) {
    const address = trimmed(match[0]);
    if (!address.startsWith("/") && !ADDRESS.test(address)) continue;
    found.push({ text: text.slice(done, match.index) });
    found.push({ text: address, address, film: filmOf(address, hosts) });
    done = match.index + address.length;
    if (found.length === 2 * MAX_LINKS) break;
  }
  found.push({ text: text.slice(done) });
  return found.filter((piece) => piece.text);
}

export function filmsOf(parts) {
  return [...new Set(parts.map((part) => part.film).filter(Boolean))].slice(0, MAX_FILMS);
}

export function fill(element, parts) {
  element.replaceChildren(
    ...parts.map((part) => {
      if (!part.address) return part.text;
      const link = document.createElement("a");
      link.href = part.address;
      link.rel = "noopener noreferrer nofollow ugc";
      link.textContent = part.text;
      return link;
    }),
  );
}
