// The thread: leads from a citation in the talk to its quote in the source, and back.
// Runs as the talk's js_on_load, so `trigger` asks the server to show a place.

const find = selector => document.querySelector(selector);
const citation = ({turn, number}) =>
  find(`a.citation[data-turn="${Number(turn)}"][data-number="${Number(number)}"]`);
const reading = now => find('#panes').classList.toggle('reading', now); // on a phone: the source over the talk
const SVG = 'http://www.w3.org/2000/svg';

let article = null; // that the source pane shows
let shown = ''; // which place it shows: Gradio may keep the element and change what is in it
let asked = 0; // turns of the talk
let awaited = null; // the place asked for, and what to do once it is there
let printed = false; // whether PDFs are shown as their pages are printed, or as text

const placeOf = element => element ? `${element.dataset.turn} ${element.dataset.number} ${element.dataset.link}` : '';

function show(turn, number, then) {
  const before = awaited;
  awaited = {turn: String(turn), number: String(number), then};
  if (!before && isAt(awaited)) arrive();
  else fetchPlace(turn, number);
}

const fetchPlace = (turn, number) => trigger('click', {talk: alone(turn), turn: Number(turn), number: Number(number)});

const isAt = place => article?.dataset.turn === place.turn && article.dataset.number === place.number;

const alone = turn => `{"turns": [${document.querySelectorAll('.turn')[turn].dataset.kept}]}`; // a talk of one turn

function arrive() {
  article = find('#source article');
  shown = placeOf(article);
  const chosen = article?.querySelector(`mark[data-number="${article.dataset.number}"]`);
  chosen?.classList.add('chosen');
  if (awaited && (!article || isAt(awaited))) {
    awaited.then(chosen);
    awaited = null;
  } else if (article?.dataset.turn === '-1') {
    awaited = null;
    reading(true);
  } else if (awaited) fetchPlace(awaited.turn, awaited.number); // an older one came last
  else greet();
  present();
}

const sheet = () => printed ? article?.querySelector('.sheet') : null;
const pane = () => sheet() ?? article.querySelector('.text');
const spot = () => { // where the thread leads: the quote, if one is chosen, in the text or on the page
  const mark = article?.querySelector('mark.chosen');
  return mark && sheet() ? sheet().querySelector('.box') : mark;
};

function present() { // the text or the page, scrolled to the quote
  const page = sheet();
  find('#panes').classList.toggle('printed', Boolean(page));
  for (const button of article?.querySelectorAll('.view button') ?? [])
    button.ariaPressed = (button.dataset.view === 'page') === Boolean(page);
  if (page && page.dataset.of !== shown) fetchPage(page);
  const at = spot()?.getClientRects()[0], box = article && pane();
  if (at) box.scrollTop += at.top - box.getBoundingClientRect().top - box.clientHeight / 3;
  draw();
}

async function fetchPage(page) {
  const of = page.dataset.of = shown;
  page.textContent = page.dataset.loading;
  let html;
  try {
    const response = await fetch(location.pathname.replace(/\/?$/, `/page${page.dataset.query}`));
    html = response.ok ? await response.text() : null;
  } catch { html = null; }
  if (page.dataset.of !== of) return; // another place has been asked for since
  if (html) page.innerHTML = html;
  else page.textContent = page.dataset.failed;
  present();
}

function view(button) {
  printed = button.dataset.view === 'page';
  const page = sheet();
  if (page && !page.querySelector('img')) delete page.dataset.of; // what failed is tried again
  present();
}

const here = () => ({talk: find('.talk').dataset.id});

function greet() { // a new answer: what was open before it is no longer; or a page that was open so
  const {turn, number} = history.state ?? {};
  if (turn === article?.dataset.turn && number === article?.dataset.number) return reading(Boolean(turn));
  reading(false);
  history.replaceState(here(), '', location.pathname);
}

function leave() {
  reading(false);
  article?.querySelector('mark.chosen')?.classList.remove('chosen');
  draw();
}

function remember(write) {
  const {turn, number, link} = article.dataset;
  history[write]({...here(), turn, number}, '', link);
}

function open(link) {
  const {turn, number} = link.dataset;
  show(turn, number, mark => {
    reading(true);
    if (article) remember('pushState');
    (sheet() ?? mark)?.focus({preventScroll: true});
  });
}

function vote(button) {
  const {at} = button.closest('.turn').dataset;
  trigger('like', {talk: alone(at), vote: button.dataset.vote});
}

function askAlone(button) {
  const asking = new CustomEvent('asking', {detail: {}});
  dispatchEvent(asking);
  trigger('select', {talk: asking.detail.talk, turn: Number(button.closest('.turn').dataset.at)});
}

function step(button) {
  const way = button.classList.contains('next') ? '.next' : '.previous';
  show(article.dataset.turn, button.dataset.number, () => {
    remember('replaceState');
    if (document.activeElement.matches('#question textarea')) return; // stepped from there by a key
    const same = article.querySelector(way);
    (same.disabled ? article.querySelector('.step:enabled') : same)?.focus();
  });
}

function close() {
  if (!article?.querySelector('mark.chosen')) return reading(false); // what was asked for did not come
  const back = citation(article.dataset) ?? find('#question textarea');
  leave();
  history.replaceState(here(), '', location.pathname);
  back.focus();
}

async function copy(button) {
  const text = button.dataset.copy || new URL(article.dataset.link, location).href;
  if (window.isSecureContext) await navigator.clipboard.writeText(text);
  else { // a page over plain http on the network has no clipboard of its own
    const box = Object.assign(document.createElement('textarea'), {value: text});
    article.append(box);
    box.select();
    document.execCommand('copy');
    box.remove();
  }
  const menu = button.closest('details'), summary = menu.querySelector('summary');
  menu.open = false;
  summary.focus();
  const said = summary.textContent;
  summary.textContent = menu.dataset.copied;
  setTimeout(() => { summary.textContent = said; }, 1500);
}

function within(box, value) {
  return Math.min(Math.max(value, box.top), box.bottom);
}

function draw() { // from behind the quote to the margin beside it: under nothing that is not quoted
  const from = article && citation(article.dataset), to = spot();
  const path = thread.firstChild;
  if (!from || !to || !from.offsetParent || !to.offsetParent) return path.removeAttribute('d');
  const last = [...from.parentElement.querySelectorAll('a.citation')].at(-1); // of those that say the same
  const start = [...last.getClientRects()].at(-1), end = to.getClientRects()[0];
  const talk = find('#conversation').getBoundingClientRect(), text = pane().getBoundingClientRect();
  const seen = start.bottom <= talk.bottom && start.top >= talk.top;
  const edge = talk.right - 8, x1 = seen ? start.right + 4 : edge;
  const x2 = text.left + parseFloat(getComputedStyle(pane()).paddingLeft) - 8, middle = (talk.right + x2) / 2;
  const y1 = within(talk, start.bottom - 3), y2 = within(text, (end.top + end.bottom) / 2);
  path.setAttribute('d', `M${x1},${y1} H${edge} C${middle},${y1} ${middle},${y2} ${x2 - 6},${y2} a3,3 0 1,1 6,0 a3,3 0 1,1 -6,0`);
}

const thread = document.createElementNS(SVG, 'svg');
thread.id = 'thread';
thread.setAttribute('aria-hidden', 'true');
thread.append(document.createElementNS(SVG, 'path'));
find('#panes').append(thread);

find('#told').setAttribute('role', 'status');

let height = 0; // of the talk, which keeps its foot in view when what is below it grows
new ResizeObserver(() => {
  const talk = find('#conversation');
  talk.scrollTop += Math.max(0, height - talk.clientHeight);
  height = talk.clientHeight;
}).observe(find('#conversation'));

let drawing = 0;
const redraw = () => { cancelAnimationFrame(drawing); drawing = requestAnimationFrame(draw); };
addEventListener('resize', redraw);
addEventListener('scroll', redraw, {capture: true, passive: true});
const look = () => {
  const turns = document.querySelectorAll('.turn');
  if (turns.length > asked) {
    find('#conversation').scrollTop = turns[turns.length - 1].offsetTop;
    awaited = null;
  }
  asked = turns.length;
  const now = find('#source article');
  if (now !== article || placeOf(now) !== shown) arrive();
  else if (sheet() && !sheet().dataset.of) present(); // another language
  else redraw();
};
new MutationObserver(look).observe(document.body, {childList: true, subtree: true, attributeFilter: ['data-turn', 'data-number', 'data-link', 'lang']});

addEventListener('click', event => {
  const at = selector => event.target.closest?.(selector);
  const link = at('a.citation');
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    open(link);
  } else if (at('.votes button')) vote(at('.votes button'));
  else if (at('.alone')) askAlone(at('.alone'));
  else if (at('#source .step')) step(at('.step'));
  else if (at('#source .close')) close();
  else if (at('#source .view button')) view(at('.view button'));
  else if (at('#source [data-copy]')) copy(at('[data-copy]'));
});
addEventListener('keydown', event => {
  if (event.key !== 'Escape' || find(':popover-open, dialog[open]')) return;
  const menu = find('details.copy[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  else close();
});
addEventListener('refused', () => { awaited = null; }); // it will not come
addEventListener('popstate', event => {
  const place = event.state;
  if (place?.talk !== here().talk) return; // another conversation opens
  if (place?.turn && citation(place)) show(place.turn, place.number, () => reading(true));
  else leave();
});
look();
dispatchEvent(new Event('laid')); // out: talks.js can open a conversation
