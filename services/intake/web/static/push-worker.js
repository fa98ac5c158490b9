// Shows what the node pushes: a fixed sentence and a count. It keeps nothing, and asks nobody.
"use strict";
const WORDS = {
  something_waits: {
    en: "Throughline: something waits for you",
    ru: "Throughline: вас что-то ждёт",
    be: "Throughline: вас нешта чакае",
    uk: "Throughline: на вас щось чекає",
  },
  this_is_a_test: {
    en: "Throughline: a test",
    ru: "Throughline: проверка",
    be: "Throughline: праверка",
    uk: "Throughline: перевірка",
  },
};

self.addEventListener("push", (event) => {
  const { sentence, count, link, language } = event.data.json();
  const title = WORDS[sentence][language] + (count ? ` (${count})` : "");
  event.waitUntil(self.registration.showNotification(title, { lang: language, tag: "inbox", data: { link } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.link));
});
