// Keeps the count beside "Inbox" true while a page stays open. Without this script it is that of the page's moment.
"use strict";
(() => {
  const place = document.querySelector("[data-unread]");
  const changed = document.querySelector("[data-changed]");
  const { live, once, most } = place.dataset;
  const ASK_AGAIN = 15000; // milliseconds
  let shown = place.textContent;

  function show({ unread }) {
    const text = unread >= Number(most) ? ` (${most - 1}+)` : unread ? ` (${unread})` : "";
    if (text !== shown && changed) changed.hidden = false;
    place.textContent = shown = text;
  }

  async function ask() {
    if (!document.hidden) {
      const answer = await fetch(once, { redirect: "manual" }).catch(() => null);
      if (answer && !answer.ok) return; // signed out, or locked
      if (answer) show(await answer.json());
    }
    setTimeout(ask, ASK_AGAIN);
  }

  const stream = new EventSource(live);
  stream.onmessage = (event) => show(JSON.parse(event.data));
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) setTimeout(ask, ASK_AGAIN); // there are too many streams
  };
})();
