// Talks: keeps conversations and half-typed questions in this browser, lists them, and opens them again.
// Runs as the js_on_load of their menu, so `trigger` asks the server for the page with a conversation.

const MOST = 200; // conversations that are kept
const LONGEST = 100; // turns of one
const LARGEST = 400_000; // characters of its turns
const find = selector => document.querySelector(selector);
const box = () => find('#question textarea');
const reader = find('meta[name=reader]')?.content ?? '';
const prefix = `rodedraad ${reader} `;
const there = find('#menus').classList.contains('keeps'); // whether the server keeps them too: talks_on_server.js asks it

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
  if (!off && !there) say(find('#kept').dataset.full);
}

const EMPTY = {title: '', draft: '', changed: 0, votes: {}, scope: null, turns: []};
const PARTS = Object.keys(EMPTY);
const isEmpty = ({turns, draft, scope}) => !turns.length && !draft && !scope; // it is deleted, or never was
const string = value => typeof value === 'string' ? value : '';
const timesOf = turns => turns.map(({time}) => time);

function talkOf(found) { // a conversation, whatever is given
  const {title, draft, changed, votes, scope, turns} = found ?? {};
  return {
    title: string(title), draft: string(draft), changed: Number(changed) || 0, votes: {...votes}, scope: scope ?? null,
    turns: Array.isArray(turns) ? turns.filter(turn => string(turn?.time)) : [],
  };
}

function kept(id) {
  let found = null;
  try { found = JSON.parse(read(prefix + id)); } catch { /* it is none */ }
  return {
    ...talkOf(found),
    revision: Number(found?.revision) || 0, // of the server, that it was made of
    unsent: [found?.unsent ?? []].flat(), // parts that were changed since
    gone: [found?.gone ?? []].flat(), // times of the turns of a deleted one, until the server knows
  };
}

function stored() { // the last first
  let keys = [];
  try { keys = Object.keys(localStorage); } catch { off = true; }
  const ids = new Set([...keys, ...unkept.keys()].filter(key => key.startsWith(prefix)).map(key => key.slice(prefix.length)));
  return [...ids].map(id => ({id, ...kept(id)})).sort((one, other) => other.changed - one.changed);
}

const all = () => stored().filter(talk => !isEmpty(talk));

function change(id, changes) {
  const talk = kept(id), changed = Object.keys(changes).filter(part => changes[part] !== talk[part]);
  keep(id, {...talk, ...changes, unsent: [...new Set([...talk.unsent, ...changed])]});
  if (isEmpty(talk)) for (const old of all().slice(MOST)) drop(old.id);
}

function drop(id) {
  const {turns, revision} = kept(id);
  keep(id, {...EMPTY, revision, unsent: PARTS, gone: timesOf(turns)});
}

function keep(id, talk) {
  const deleted = isEmpty(talk);
  write(prefix + id, deleted && !there ? null : JSON.stringify(talk));
  dispatchEvent(new CustomEvent('talk-changed', {detail: {id, revision: talk.revision, talk: deleted ? null : talkOf(talk)}}));
}

function bounded(turns) { // the latest that are kept, and that a request holds
  let size = 0;
  return turns.slice(-LONGEST).reverse()
    .filter(turn => (size += JSON.stringify(turn).length) < LARGEST).reverse();
}

function joined(one, other) { // tabs and browsers may each have gone on with a conversation
  const turns = new Map();
  for (const turn of [...one, ...other]) if (turn.written || !turns.get(turn.time)?.written) turns.set(turn.time, turn);
  return bounded([...turns.values()].sort((a, b) => a.time < b.time ? -1 : 1));
}

// Puts what was changed here upon what the server holds, null where that was deleted; sends what the server lacks

function meet({id, revision, talk}) {
  const mine = kept(id), theirs = talkOf(talk), merged = {...theirs, revision}, key = prefix + id;
  if (talk && revision === mine.revision && !mine.unsent.length) return;
  if (isEmpty(mine) && mine.unsent.length) { // deleted here
    const isNew = theirs.turns.some(({time}) => !mine.gone.includes(time));
    if (talk && !isNew) return keep(id, {...mine, revision});
    if (isNew && mine.gone.length) say(find('#kept')?.dataset.goneOn);
  } else {
    for (const part of mine.unsent) merged[part] = mine[part];
    merged.votes = {...theirs.votes, ...merged.votes};
    if (talk) merged.turns = joined(theirs.turns, mine.turns);
  }
  merged.unsent = PARTS.filter(part => JSON.stringify(merged[part]) !== JSON.stringify(theirs[part]));
  if (!talk && isEmpty(merged)) write(key, null);
  else if (merged.unsent.length) keep(id, merged);
  else if (read(key) !== null) write(key, JSON.stringify(merged));
  else unkept.set(key, JSON.stringify(merged)); // until somebody goes on with it here
  follow(id);
}

function meetAll(held) {
  const ids = new Set(held.map(({id}) => id));
  held.forEach(meet);
  for (const {id, ...talk} of stored().reverse().filter(({id}) => !ids.has(id))) {
    if (isEmpty(talk)) write(prefix + id, null);
    else keep(id, {...talk, unsent: PARTS});
  }
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

function follow(id) { // what is shown, where another tab or browser has gone on with it
  if (find('#kept')?.matches(':popover-open')) fill();
  const now = new Set(timesOf(turns()));
  if (id !== shown || kept(id).turns.every(({time}) => now.has(time))) return;
  if (running) held ??= () => open(shown);
  else open(shown);
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
  find('#kept .off').hidden = !off || there;
  find('#kept .delete-all').hidden = !all().length;
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
  ids.forEach(drop);
  if (ids.includes(open)) go(named());
  else fill();
  say(find('#kept').dataset.deleted, () => {
    for (const [id, talk] of former) keep(id, {...talk, unsent: PARTS});
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
  if (there && newValue !== null) unkept.delete(key); // what the server gave is older
  else if (there && !unkept.has(key)) unkept.set(key, oldValue); // logged out
  follow(key.slice(prefix.length));
});
addEventListener('pagehide', () => { // what is half typed here, whatever another tab has asked or typed meanwhile
  const draft = box().value, talk = kept(shown);
  if (!isEmpty(talk) && draft && draft !== talk.draft) change(shown, {draft});
});
addEventListener('popstate', ({state}) => {
  if (state?.talk && state.talk !== shown) later(() => open(state.talk, {turn: Number(state.turn ?? -1), number: Number(state.number ?? 0)}));
});

addEventListener('talk-held', ({detail}) => meet(detail));
addEventListener('leaving', () => { // who logs out leaves nothing in the browser that the server keeps
  for (const {id, unsent} of all()) if (!unsent.length) write(prefix + id, null);
});

async function start() { // the conversation that this tab showed, or else the last one
  new MutationObserver(look).observe(find('#conversation'), {childList: true, subtree: true});
  running += 1; // no question is asked meanwhile
  const wanted = new CustomEvent('talks-wanted', {detail: {}});
  dispatchEvent(wanted);
  const held = await wanted.detail.held;
  if (held) meetAll(held);
  running = Math.max(running - 1, 0);
  const state = history.state ?? {}, link = location.search;
  const id = string(state.talk) || (!link && all()[0]?.id) || named();
  history.replaceState({...state, talk: id}, '');
  open(id, {link, turn: Number(state.turn ?? -1), number: Number(state.number ?? 0)});
}
addEventListener('laid', start, {once: true});
