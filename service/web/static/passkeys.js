/* Passkeys: the browser's authenticator makes one, or answers with one. The answer goes into a
   plain form, so that the server leads on as after any other form.

   Without this file, or where the browser has no authenticator, the forms stay hidden, and the
   other ways in stand beside them. */

const able = Boolean(window.PublicKeyCredential && navigator.credentials);

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

async function optionsOf(form) {
  const asked = new URLSearchParams();
  const token = form.elements.csrf_token;
  if (token) asked.set("csrf_token", token.value);
  const answer = await fetch(form.dataset.options, { method: "POST", body: asked });
  if (answer.redirected) {
    location.assign(answer.url);
    return null;
  }
  if (!answer.ok) throw new Error("no options");
  return answer.json();
}

async function made(options) {
  const found = await navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytes(options.challenge),
      user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: options.excludeCredentials.map((one) => ({ ...one, id: bytes(one.id) })),
    },
  });
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: text(found.response.clientDataJSON),
      attestationObject: text(found.response.attestationObject),
    },
  };
}

async function used(options) {
  const found = await navigator.credentials.get({
    publicKey: { ...options, challenge: bytes(options.challenge) },
  });
  return {
    id: found.id,
    rawId: text(found.rawId),
    type: found.type,
    response: {
      clientDataJSON: text(found.response.clientDataJSON),
      authenticatorData: text(found.response.authenticatorData),
      signature: text(found.response.signature),
      userHandle: text(found.response.userHandle ?? new ArrayBuffer(0)),
    },
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!able) continue;
  form.hidden = false;
  for (const said of document.querySelectorAll("[data-passkey-none]")) said.hidden = true;
  const refused = form.querySelector("[data-passkey-refused]");
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    refused.hidden = true;
    button.disabled = true;
    try {
      const options = await optionsOf(form);
      if (!options) return;
      const answer = await (form.dataset.passkey === "make" ? made(options) : used(options));
      form.elements.credential.value = JSON.stringify(answer);
      form.submit();
    } catch {
      /* Closed, timed out, or there is none here: the authenticator has said why already. */
      refused.hidden = false;
      button.disabled = false;
      button.focus();
    }
  });
}
