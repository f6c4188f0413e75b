// Passkeys: asks the console for its question, the browser for the answer, and sends the form. Without it nothing else is missing.
"use strict";

const octets = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const listed = (keys) => (keys || []).map((key) => ({ ...key, id: octets(key.id) }));

async function create(asked) {
  const made = await navigator.credentials.create({ publicKey: {
    ...asked, challenge: octets(asked.challenge), user: { ...asked.user, id: octets(asked.user.id) },
    excludeCredentials: listed(asked.excludeCredentials),
  } });
  return { ...named(made), response: {
    clientDataJSON: text(made.response.clientDataJSON), attestationObject: text(made.response.attestationObject),
  } };
}

async function get(asked) {
  const found = await navigator.credentials.get({ publicKey: {
    ...asked, challenge: octets(asked.challenge), allowCredentials: listed(asked.allowCredentials),
  } });
  const said = found.response;
  return { ...named(found), response: {
    clientDataJSON: text(said.clientDataJSON), authenticatorData: text(said.authenticatorData), signature: text(said.signature),
    userHandle: said.userHandle ? text(said.userHandle) : undefined,
  } };
}

const named = (key) => ({ id: key.id, rawId: text(key.rawId), type: key.type, clientExtensionResults: {} });

async function go(form) {
  const answer = await fetch(form.dataset.question, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  const { asked, ticket, again } = await answer.json();
  if (again) { location.assign(again); return; }
  const proof = form.dataset.makes ? await create(asked) : await get(asked);
  form.elements.ticket.value = ticket;
  form.elements.answer.value = JSON.stringify(proof);
  form.submit();
}

for (const form of document.querySelectorAll("form[data-question]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  const told = form.querySelector("[role=alert]");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    told.hidden = true;
    go(form).catch(() => { told.hidden = false; });
  });
}
