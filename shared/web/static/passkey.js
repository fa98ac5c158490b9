// Asks the browser for a passkey, puts its answer into the form, and sends the form. Without it codes work as well.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

const known = (all) => (all || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function create(options) {
  const user = { ...options.user, id: bytes(options.user.id) };
  const asked = { ...options, user, challenge: bytes(options.challenge) };
  asked.excludeCredentials = known(options.excludeCredentials);
  const made = await navigator.credentials.create({ publicKey: asked });
  return [made, { attestationObject: text(made.response.attestationObject) }];
}

async function get(options) {
  const asked = { ...options, challenge: bytes(options.challenge) };
  asked.allowCredentials = known(options.allowCredentials);
  const used = await navigator.credentials.get({ publicKey: asked });
  const { authenticatorData, signature } = used.response;
  return [used, { authenticatorData: text(authenticatorData), signature: text(signature) }];
}

async function answer(form) {
  const options = JSON.parse(form.dataset.options);
  const [passkey, response] = await (form.dataset.passkey === "create" ? create : get)(options);
  response.clientDataJSON = text(passkey.response.clientDataJSON);
  const { id, type } = passkey;
  return JSON.stringify({ id, rawId: text(passkey.rawId), type, response, clientExtensionResults: {} });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  document.querySelectorAll("[data-without-passkey]").forEach((one) => { one.hidden = true; });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      form.elements.answer.value = await answer(form);
    } catch {
      form.elements.answer.value = ""; // refused, or nothing at hand: the page says so
    }
    form.submit();
  });
}
