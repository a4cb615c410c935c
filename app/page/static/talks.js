// Talks: keeps conversations and half-typed questions in this browser, and on the server where that keeps them too;
// lists them, and opens them again.
// Runs as the js_on_load of their menu, so `trigger` asks the server for the page with a conversation.

const MOST = 200; // conversations that are kept
const LONGEST = 100; // turns of one
const LARGEST = 400_000; // characters of its turns
const find = selector => document.querySelector(selector);
const box = () => find('#question textarea');
const reader = find('meta[name=reader]')?.content ?? '';
const prefix = `rodedraad ${reader} `;
const DELETED = `rodedraad-deleted ${reader}`;

const unkept = new Map(); // by key: what the storage did not take, or the server gave, for as long as the page is open
let off = false; // whether the browser has no storage for us

function read(key) {
  if (unkept.has(key)) return unkept.get(key);
  try { return localStorage.getItem(key); } catch { return null; }
}

function write(key, value) {
  unkept.delete(key);
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return;
  } catch (error) { off = error.name !== 'QuotaExceededError'; }
  if (value !== null) unkept.set(key, value);
  if (!off && !server) say(find('#kept').dataset.full);
}

function keys() {
  let stored = [];
  try { stored = Object.keys(localStorage); } catch { off = true; }
  return [...new Set([...stored, ...unkept.keys()])].filter(key => key.startsWith(prefix));
}

const string = value => typeof value === 'string' ? value : '';

function kept(id) { // a conversation, whatever lies in its place
  let found = null;
  try { found = JSON.parse(read(prefix + id)); } catch { /* it is none */ }
  const turns = Array.isArray(found?.turns) ? found.turns.filter(turn => string(turn?.time)) : [];
  const {title, draft, votes, scope} = found ?? {}, changed = Number(found?.changed) || 0;
  const saved = Number(found?.saved) || changed; // `changed` in any way, also by a name or a vote
  return {title: string(title), draft: string(draft), changed, saved, votes: {...votes}, scope, turns};
}

const all = () => keys().map(key => key.slice(prefix.length))
  .map(id => ({id, ...kept(id)})).sort((one, other) => other.changed - one.changed);

function change(id, changes) {
  const fresh = read(prefix + id) === null;
  const talk = Object.assign(kept(id), changes);
  talk.saved = next(talk);
  keep(id, talk.turns.length || talk.draft || talk.scope ? JSON.stringify(talk) : null);
  if (fresh) for (const old of all().slice(MOST)) keep(old.id, null);
}

const next = ({saved}) => Math.max(Date.now(), saved + 1); // later than the last change, whatever the clock says

function keep(id, text) { // null deletes
  if (server) noteDeletion(id, text === null ? next(kept(id)) : undefined);
  write(prefix + id, text);
  if (server) send(id);
}

function bounded(turns) { // the latest that are kept, and that a request holds
  let size = 0;
  return turns.slice(-LONGEST).reverse()
    .filter(turn => (size += JSON.stringify(turn).length) < LARGEST).reverse();
}

function joined(one, other) { // both tabs may have gone on with a conversation
  const turns = new Map([...one, ...other].map(turn => [turn.time, turn]));
  return bounded([...turns.values()].sort((a, b) => a.time < b.time ? -1 : 1));
}

// The server, where it keeps conversations too: of each the later change counts

let server = find('#menus').classList.contains('keeps'); // until the session has ended
const unsent = new Set(); // names of conversations that were changed or deleted here
let sending = Promise.resolve();
let timer = 0;
let refusal = ''; // why the server did not do what it was asked, as last told

function deletions() { // by name: when it was deleted here, until the server knows
  try { return {...JSON.parse(read(DELETED))}; } catch { return {}; }
}

function noteDeletion(id, saved) {
  const deleted = deletions();
  if (deleted[id] !== saved) write(DELETED, JSON.stringify({...deleted, [id]: saved}));
}

async function call(method, name = '', body = undefined) {
  try {
    const response = await fetch(location.pathname.replace(/\/?$/, `/talks${name}`), {method, body, keepalive: (body?.length ?? 0) < 20_000});
    if (response.ok) return response;
    const {detail} = await response.json();
    if (server && detail !== refusal) {
      refusal = detail;
      say(detail);
    }
  } catch { /* it is away, which the page tells at the next question */ }
  return null;
}

function send(id) { // soon, as a question is being typed
  unsent.add(id);
  clearTimeout(timer);
  timer = setTimeout(sendAll, 500);
}

function sendAll() {
  clearTimeout(timer);
  sending = sending.then(async () => { for (const id of [...unsent]) await sendNow(id); });
  return sending;
}

async function sendNow(id) {
  if (!server) return;
  unsent.delete(id);
  const saved = deletions()[id], talk = kept(id);
  if (!saved && !talk.saved) return; // another tab has seen to it
  const done = await (saved ? call('DELETE', `/${id}?saved=${saved}`) : call('PUT', `/${id}`, JSON.stringify(talk)));
  if (!done) unsent.add(id);
  else if (saved && deletions()[id] === saved) noteDeletion(id, undefined);
}

async function load() { // what was changed elsewhere; and sends what was changed here
  const response = await call('GET');
  if (!response) return;
  const given = new Map((await response.json()).map(one => [one.id, one]));
  for (const id of new Set([...given.keys(), ...Object.keys(deletions()), ...all().map(({id}) => id)])) {
    const {saved, talk} = given.get(id) ?? {saved: 0}, mine = deletions()[id] ?? kept(id).saved;
    if (mine > saved) send(id);
    else {
      if (talk === null) write(prefix + id, null);
      else if (mine < saved) unkept.set(prefix + id, JSON.stringify(talk));
      noteDeletion(id, undefined);
    }
  }
}

async function clear(form) { // who logs out leaves nothing in the browser that the server keeps
  await sendAll();
  for (const {id} of all()) if (!unsent.has(id)) write(prefix + id, null);
  form.submit();
}

// The conversation that is shown

let shown = null; // its name
let seen = ''; // its turns, by their times
let sent = null; // the question that waits for its answer
let running = 0; // what the server has been asked and has not done
let held = null; // what was asked of the page meanwhile

const turns = () => [...document.querySelectorAll('#conversation .turn')].map(turn => JSON.parse(turn.dataset.kept));
const later = action => { if (running) held = action; else action(); };

function open(id, place = {}) {
  running += 1;
  trigger('input', {talk: JSON.stringify({id, turns: bounded(kept(id).turns)}), ...place});
}

function go(id) {
  find('#kept')?.hidePopover();
  say('');
  later(() => {
    history.pushState({talk: id}, '', location.pathname);
    open(id);
  });
}

const named = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;

function begin() {
  later(() => {
    const former = shown;
    go(named());
    if (turns().length || box().value) say(find('#kept').dataset.begun, () => go(former));
  });
}

function look() {
  const talk = find('#conversation .talk');
  if (!talk) return;
  const now = turns(), before = kept(talk.dataset.id);
  if (talk.dataset.id !== shown) {
    const first = shown === null;
    shown = talk.dataset.id;
    if (first && box().value) change(shown, {draft: box().value, changed: Date.now()}); // typed before the page opened
    else type(before.draft);
    dispatchEvent(new CustomEvent('opened', {detail: before.scope}));
    if (!first) box().focus();
  }
  const times = now.map(({time}) => time).join();
  if (times !== seen && now.some(({time}) => !before.turns.some(turn => turn.time === time))) {
    if (box().value === sent) type('');
    sent = null;
    change(shown, {turns: joined(before.turns, now), draft: box().value, changed: Date.now()});
  }
  seen = times;
  press();
}

function type(text) {
  if (box().value === text) return;
  box().value = text;
  box().dispatchEvent(new Event('input', {bubbles: true}));
}

function press() { // the thumbs as they were voted
  const {votes} = kept(shown);
  for (const thumb of document.querySelectorAll('.votes button'))
    thumb.setAttribute('aria-pressed', votes[thumb.parentElement.dataset.answer] === thumb.dataset.vote);
}

// The list

function fill() {
  const list = find('#kept ul'), words = folded(find('#kept input').value).split(' ');
  const found = all().filter(talk => {
    const text = folded(JSON.stringify(
      [talk.title, talk.draft, ...talk.turns.map(({question, cited}) => [question, cited])]));
    return words.every(word => text.includes(word));
  });
  list.replaceChildren(...found.map(entry));
  find('#kept .none').hidden = found.length > 0;
  find('#kept .off').hidden = !off || server;
  find('#kept .delete-all').hidden = !keys().length;
}

const folded = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
const titled = ({title, turns, draft}) => title || string(turns[0]?.question) || draft || find('#new').textContent.trim();

function entry(talk) {
  const item = find('#kept template').content.firstElementChild.cloneNode(true);
  const [title, rename, remove] = item.querySelectorAll('button');
  item.dataset.id = talk.id;
  item.classList.toggle('draft', !talk.turns.length);
  title.textContent = titled(talk);
  if (talk.id === shown) title.setAttribute('aria-current', 'true');
  for (const button of [rename, remove]) button.ariaLabel += `: ${titled(talk)}`;
  item.querySelector('time').textContent = new Date(talk.changed).toLocaleString(
    document.documentElement.lang, {dateStyle: 'medium', timeStyle: 'short'});
  return item;
}

function rename(item) {
  const title = item.querySelector('.title'), {id} = item.dataset;
  const field = Object.assign(document.createElement('input'), {value: title.textContent, ariaLabel: item.querySelector('.rename').title});
  title.replaceWith(field);
  field.select();
  field.onkeydown = event => {
    if (event.key === 'Escape') field.value = title.textContent;
    else if (event.key !== 'Enter') return;
    event.preventDefault(); // the list stays open, and no button is pressed
    field.blur();
  };
  field.onblur = () => {
    if (field.value !== title.textContent) change(id, {title: field.value.trim()});
    fill();
    find(`#kept [data-id="${id}"] .rename`)?.focus();
  };
}

function remove(ids) {
  const former = ids.map(id => [id, kept(id)]), open = shown;
  for (const id of ids) keep(id, null);
  if (ids.includes(open)) go(named());
  else fill();
  say(find('#kept').dataset.deleted, () => {
    for (const [id, talk] of former) keep(id, JSON.stringify({...talk, saved: next(talk)}));
    if (ids.includes(open)) go(open);
    else { say(''); fill(); }
  });
}

let undo = null; // what was just done
let unsaid = ''; // what was to be said before there was a place for it
function say(text, back = null) {
  const said = find('#said p');
  unsaid = said ? '' : text;
  if (!said) return;
  undo = back;
  said.hidden = !text;
  said.querySelector('span').textContent = text;
  said.querySelector('.undo').hidden = !back;
}

// Events

addEventListener('asking', ({detail}) => {
  running += 1;
  if (detail.question) sent = detail.question;
  detail.talk = JSON.stringify({id: shown, turns: bounded(turns())});
});
addEventListener('over', () => { // nothing that was asked is answered any more
  running = 0;
  held = null;
  server = false;
});
addEventListener('done', () => {
  if (unsaid) say(unsaid);
  running = Math.max(running - 1, 0);
  if (running || !held) return;
  const action = held;
  held = null;
  action();
});

function hold(event) { // no question before the page has opened, none while one is answered, and no empty one
  const enter = event.type === 'keydown' && event.target === box() && event.key === 'Enter'
    && !event.shiftKey && !event.isComposing;
  const button = event.type === 'click' && event.target.closest?.('#ask button, #examples button, .alone');
  if (!enter && !button) return;
  const empty = (enter || button.closest('#ask')) && !/[\p{L}\p{N}_]/u.test(box().value);
  if (!empty && !running) return say('');
  event.preventDefault();
  event.stopImmediatePropagation();
  if (empty) box().focus();
  else held = () => (button || find('#ask button')).click();
}
addEventListener('keydown', hold, true);
addEventListener('click', hold, true);

addEventListener('click', event => {
  const at = selector => event.target.closest?.(selector);
  const item = at('#kept li');
  if (at('#new')) begin();
  else if (at('#said .undo')) undo();
  else if (at('#said .close')) say('');
  else if (at('#kept .delete-all')) remove(all().map(({id}) => id));
  else if (at('#kept .title')) go(item.dataset.id);
  else if (at('#kept .rename')) rename(item);
  else if (at('#kept .delete')) remove([item.dataset.id]);
  else if (at('.votes button')) {
    const {answer} = at('.votes').dataset;
    change(shown, {votes: {...kept(shown).votes, [answer]: at('.votes button').dataset.vote}});
    press();
  }
});
addEventListener('input', event => {
  if (event.target === box() && shown !== null) {
    if (kept(shown).draft !== box().value) change(shown, {draft: box().value, changed: Date.now()});
  }
  else if (event.target === find('#kept input[type=search]')) fill();
});
const opens = event => event.target.id === 'kept' && event.newState === 'open';
element.addEventListener('beforetoggle', event => {
  if (!opens(event)) return;
  find('#kept input').value = '';
  fill();
}, true);
element.addEventListener('toggle', event => { if (opens(event)) find('#kept input').focus(); }, true);
addEventListener('kept', () => change(shown, {turns: joined(kept(shown).turns, turns())})); // a turn has changed
addEventListener('chosen', ({detail}) => { if (shown !== null) change(shown, {scope: detail, changed: Date.now()}); });
addEventListener('say', ({detail}) => say(detail));
addEventListener('storage', ({key, oldValue, newValue}) => { // another tab has changed something
  if (!key?.startsWith(prefix)) return;
  if (server && newValue !== null) unkept.delete(key); // what the server gave is older
  else if (server && !unkept.has(key) && !(key.slice(prefix.length) in deletions())) unkept.set(key, oldValue); // logged out
  if (find('#kept')?.matches(':popover-open')) fill();
  if (key === prefix + shown && kept(shown).turns.length > turns().length) later(() => open(shown));
});
addEventListener('pagehide', () => { // what is half typed here, whatever another tab has asked or typed meanwhile
  const draft = box().value;
  if (read(prefix + shown) !== null && draft && draft !== kept(shown).draft) change(shown, {draft});
});
addEventListener('popstate', ({state}) => {
  if (state?.talk && state.talk !== shown) later(() => open(state.talk, {turn: Number(state.turn ?? -1), number: Number(state.number ?? 0)}));
});

async function start() { // the conversation that this tab showed, or else the last one
  new MutationObserver(look).observe(find('#conversation'), {childList: true, subtree: true});
  if (server) {
    running += 1; // no question is asked meanwhile
    await load().catch(() => {}); // the page works without
    running = Math.max(running - 1, 0);
  }
  const state = history.state ?? {}, link = location.search;
  const id = string(state.talk) || (!link && all()[0]?.id) || named();
  history.replaceState({...state, talk: id}, '');
  open(id, {link, turn: Number(state.turn ?? -1), number: Number(state.number ?? 0)});
}
addEventListener('laid', start, {once: true});
addEventListener('pagehide', () => { for (const id of unsent) sendNow(id); });
addEventListener('submit', event => {
  if (!server || !event.target.closest('#user')) return;
  event.preventDefault();
  clear(event.target);
});
