// Lets this browser tell somebody by push: asks for leave, and sends where it can be told. Without this script the page says so.
"use strict";
(() => {
  const form = document.querySelector("[data-push-key]");
  const can = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!form || !can) return;
  const refused = document.querySelector("[data-push-refused]");
  form.hidden = false;
  document.querySelector("[data-push-unable]").hidden = true;

  function active(registration) {
    const worker = registration.installing || registration.waiting;
    if (!worker) return null;
    return new Promise((resolve) => {
      worker.addEventListener("statechange", () => worker.state === "activated" && resolve());
    });
  }

  async function subscribed() {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("refused");
    const registration = await navigator.serviceWorker.register(form.dataset.pushWorker);
    await active(registration);
    const wanted = { userVisibleOnly: true, applicationServerKey: form.dataset.pushKey };
    return registration.pushManager.subscribe(wanted).catch(async () => {
      const old = await registration.pushManager.getSubscription(); // under another key of the node
      if (old) await old.unsubscribe();
      return registration.pushManager.subscribe(wanted);
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refused.hidden = true;
    try {
      const { endpoint, keys } = (await subscribed()).toJSON();
      Object.assign(form.elements.endpoint, { value: endpoint });
      Object.assign(form.elements.p256dh, { value: keys.p256dh });
      Object.assign(form.elements.auth, { value: keys.auth });
      form.submit();
    } catch {
      refused.hidden = false;
    }
  });
})();
