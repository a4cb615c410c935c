// The writer: its switch, and what a language model writes beneath an answer or of a quote. Runs as the js_on_load
// of the switch, which is there only where the server has a writer.

const KEPT = `rodedraad-writer ${document.querySelector('meta[name=reader]')?.content ?? ''}`;
const path = name => location.pathname.replace(/\/?$/, `/${name}`);
const part = selector => element.querySelector(selector);
const turns = () => [...document.querySelectorAll('#conversation .turn')];
const timeOf = turn => JSON.parse(turn.dataset.kept).time;
const EARLIER = 5; // turns that are sent to the model

let chosen = {on: false, agreed: ''};
try { Object.assign(chosen, JSON.parse(localStorage.getItem(KEPT))); } catch { /* no storage: until the page is closed */ }
const written = new Map(); // by the time of a turn: what the server last sent for it
const translated = new Map(); // by the link of a quote
let before = null; // the turns that were there when a question was asked

const host = () => part('.writer').dataset.host;
const isOn = () => Boolean(part('.writer')) && chosen.on && (!host() || chosen.agreed === host());

function choose(changed) {
  chosen = {...chosen, ...changed};
  try { localStorage.setItem(KEPT, JSON.stringify(chosen)); } catch { /* as above */ }
  show();
  const last = turns().at(-1);
  if (isOn() && last) write(last);
  put();
}

function show() {
  part('[role=switch]').checked = chosen.on;
  if (part('.consent')) part('.consent').hidden = !chosen.on || isOn();
}

async function fill() { // the switch, in the page's language
  const response = await fetch(path('writer'));
  if (!response.ok) return;
  part('div').innerHTML = await response.text();
  show();
  put();
}

const post = (name, body) => fetch(path(name), {
  method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({...body, agreed: chosen.agreed}),
});

async function write(turn) {
  const time = timeOf(turn), at = turns().indexOf(turn);
  if (!turn.querySelector('blockquote.lead') || turn.querySelector('.written') || written.has(time)) return;
  const told = turns().slice(Math.max(0, at - EARLIER), at + 1).map(one => one.dataset.kept);
  written.set(time, {});
  try {
    const response = await post('write', {talk: `{"turns": [${told}]}`, at});
    if (!response.ok) throw new Error(response.status);
    const lines = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let held = '', end = false; !end;) {
      const {value, done} = await lines.read();
      held += value ?? '';
      end = done;
      const whole = held.split('\n');
      held = whole.pop();
      for (const line of whole) {
        turns().find(one => timeOf(one) === time)?.querySelector('.written')?.remove();
        written.set(time, JSON.parse(line));
        put();
      }
    }
    dispatchEvent(new Event('kept'));
  } catch {
    written.set(time, {html: `<div class="written" role="status"><p class="aside">${part('.writer').dataset.failed}</p></div>`});
    put();
  }
}

async function translate(button) {
  const quote = button.closest('blockquote'), link = quote.querySelector('a.citation').getAttribute('href');
  button.disabled = true;
  const query = Object.fromEntries(new URLSearchParams(link));
  let html = `<p class="aside">${part('.writer').dataset.failed}</p>`;
  try {
    const response = await post('translate', query);
    if (response.ok) html = await response.text();
  } catch { /* `html` stays the message of failure */ }
  translated.set(link, {html, language: document.documentElement.lang});
  put();
}

function put() { // what was written, in turns that the server has sent again since; and the buttons to translate
  const language = document.documentElement.lang;
  for (const turn of turns()) {
    const {html, kept} = written.get(timeOf(turn)) ?? {};
    if (html && !turn.querySelector('.written')) {
      turn.querySelector('.confidence').insertAdjacentHTML('afterend', html);
      if (kept) turn.dataset.kept = kept;
    }
    for (const quote of turn.querySelectorAll('blockquote:not(.nearest)')) {
      const found = translated.get(quote.querySelector('a.citation')?.getAttribute('href'));
      const button = quote.querySelector('.translate'), has = quote.querySelector('.translation');
      const wanted = isOn() && quote.lang !== language && found?.language !== language;
      if (found?.language === language && !has) quote.insertAdjacentHTML('beforeend', found.html);
      if (button && !wanted) button.remove();
      if (!button && wanted) {
        const made = Object.assign(document.createElement('button'), {type: 'button', className: 'translate'});
        made.textContent = part('.writer').dataset.translate;
        quote.append(' ', made);
      }
    }
  }
}

addEventListener('asking', () => { before = new Set(turns().map(timeOf)); });
addEventListener('done', () => {
  const last = turns().at(-1), isNew = before && last && !before.has(timeOf(last));
  before = null;
  if (isNew && isOn()) write(last);
});
element.addEventListener('change', ({target}) => { if (target.matches('[role=switch]')) choose({on: target.checked}); });
addEventListener('click', ({target}) => {
  if (target.closest?.('.writer .agree')) choose({agreed: host()});
  if (target.closest?.('.turn .translate')) translate(target.closest('.translate'));
});
new MutationObserver(fill).observe(document.documentElement, {attributeFilter: ['lang']});
new MutationObserver(() => { if (part('.writer')) put(); }).observe(document.querySelector('#conversation'), {childList: true, subtree: true});
fill();
