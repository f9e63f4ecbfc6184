// Days and times in the reader's locale and time zone.

const locale = document.documentElement.lang;
const clockFormat = new Intl.DateTimeFormat(locale, { timeStyle: "short" });
const dayFormat = new Intl.DateTimeFormat(locale, { dateStyle: "long" });

export const clock = (at) => clockFormat.format(at);
export const day = (at) => dayFormat.format(at);

// In the list of chats: the time if today, else the day.
export const short = (at) => (day(at) === day(Date.now()) ? clock(at) : day(at));

export function show(element, at, format) {
  element.dateTime = new Date(at).toISOString();
  element.textContent = format(at);
}
