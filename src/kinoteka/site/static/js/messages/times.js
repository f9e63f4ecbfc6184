// Days and times in the reader's language and zone.

const language = document.documentElement.lang;
const clockFormat = new Intl.DateTimeFormat(language, { timeStyle: "short" });
const dayFormat = new Intl.DateTimeFormat(language, { dateStyle: "long" });

export const clock = (at) => clockFormat.format(at);
export const day = (at) => dayFormat.format(at);

// In a list of chats: the time of today, the day of any other.
export const short = (at) => (day(at) === day(Date.now()) ? clock(at) : day(at));

export function show(element, at, format) {
  element.dateTime = new Date(at).toISOString();
  element.textContent = format(at);
}
