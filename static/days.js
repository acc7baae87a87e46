// "Today" is true until midnight, and a page may stay open longer. The server sends all the words that will
// be needed, with the day they count from. This picks the right one whenever the day or the page has changed.
const DAY = 24 * 60 * 60 * 1000;

function choose() {
  const now = new Date();
  const today = Date.UTC(now.getFullYear(), now.getMonth(), now.getDate());
  for (const time of document.querySelectorAll("time[data-words]")) {
    const words = time.dataset.words.split("|");
    const ago = (today - Date.parse(time.dataset.day)) / DAY;
    const word = words[ago] ?? words.at(-1);
    if (time.textContent !== word) time.textContent = word;
  }
}

function atMidnight() {
  const now = new Date();
  const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1);
  setTimeout(() => { choose(); atMidnight(); }, next - now + 1000);
}

export function keepDays() {
  atMidnight();
  // After a night in which the computer slept, and after a patch, which brings back the words of the server.
  document.addEventListener("visibilitychange", choose);
  document.addEventListener("phx:update", choose);
  choose();
}
