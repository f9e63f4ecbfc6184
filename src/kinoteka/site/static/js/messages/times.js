// Days and times as the reader's locale and time zone have them.

const locale = document.documentElement.lang;
const clockFormat = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const dayFormat = new Intl.DateTimeFormat(locale, { dateStyle: "long" });

export const clock = (at) => clockFormat.format(at);
export const day = (at) => dayFormat.format(at);

// In a list of chats: the time of today, the day of any other.
export const short = (at) => (day(at) === day(Date.now()) ? clock(at) : day(at));

export function show(element, at, format) {
  element.dateTime = new Date(at).toISOString();
  element.textContent = format(at);
}
