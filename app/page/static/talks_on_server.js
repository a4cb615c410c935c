// Talks on the server: sends it each conversation that was changed or deleted here, with the revision that this was
// made of, and gets those of the user's other browsers. Is there only where the server keeps them.

let on = true; // until the session has ended
const unsent = new Map(); // by id: a conversation, null for a deleted one, and its revision
let sending = Promise.resolve();
let timer = 0;
let refusal = ''; // why the server did not do what it was asked, as last shown

async function call(method, path = '', body = null) {
  try {
    const keepalive = (body?.length ?? 0) < 20_000; // characters: more is not sent once the page has closed
    const response = await fetch(location.pathname.replace(/\/?$/, `/talks${path}`), {method, body, keepalive});
    const given = await response.json();
    if (response.ok || response.status === 409) return given; // 409: with what another browser made of it
    if (on && given.detail !== refusal) dispatchEvent(new CustomEvent('say', {detail: given.detail}));
    refusal = given.detail;
  } catch { /* it is away, which the page shows at the next question */ }
  return null;
}

async function send(id) {
  while (on && unsent.has(id)) {
    const {revision, talk} = unsent.get(id);
    unsent.delete(id);
    const held = await call(talk ? 'PUT' : 'DELETE', `/${id}?revision=${revision}`, talk && JSON.stringify(talk));
    if (held) dispatchEvent(new CustomEvent('talk-held', {detail: {id, talk, ...held}}));
    else {
      if (!unsent.has(id)) unsent.set(id, {revision, talk});
      return;
    }
  }
}

function sendAll() {
  clearTimeout(timer);
  sending = sending.then(async () => { for (const id of [...unsent.keys()]) await send(id); });
  return sending;
}

addEventListener('talk-changed', ({detail: {id, revision, talk}}) => {
  if (!on) return;
  unsent.set(id, {revision, talk});
  clearTimeout(timer);
  timer = setTimeout(sendAll, 500); // soon, as a question is being typed
});
addEventListener('talks-wanted', ({detail}) => { if (on) detail.held = call('GET'); });
addEventListener('over', () => { on = false; });
addEventListener('pagehide', () => { for (const id of unsent.keys()) send(id); });
addEventListener('submit', async event => {
  if (!on || !event.target.closest('#user')) return;
  event.preventDefault();
  await sendAll();
  dispatchEvent(new Event('leaving'));
  event.target.submit();
});
