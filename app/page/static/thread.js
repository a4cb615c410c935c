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
const votes = new Map(); // by answer: the talk is drawn anew with each
let arrival = null; // what to do once the place asked for is there
const TYPED = 'typed'; // in the tab's storage, as the page reloads when it reconnects to a restarted server
let printed = false; // whether PDFs are shown as their pages are printed, or as text

const placeOf = element => element ? `${element.dataset.turn} ${element.dataset.number} ${element.dataset.link}` : '';

function show(turn, number, after) {
  arrival = after;
  if (article?.dataset.turn === String(turn) && article.dataset.number === String(number)) arrive();
  else trigger('click', {turn: Number(turn), number: Number(number)});
}

function arrive() {
  article = find('#source article');
  shown = placeOf(article);
  const chosen = article?.querySelector(`mark[data-number="${article.dataset.number}"]`);
  chosen?.classList.add('chosen');
  if (arrival) arrival(chosen);
  else if (article?.dataset.turn === '-1') reading(true);
  else greet();
  arrival = null;
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

function greet() { // a new answer: what was open before it is no longer
  reading(false);
  history.replaceState(null, '', location.pathname);
}

function leave() {
  reading(false);
  article?.querySelector('mark.chosen')?.classList.remove('chosen');
  draw();
}

function remember(write) {
  const {turn, number, link} = article.dataset;
  history[write]({turn, number}, '', link);
}

function open(link) {
  const {turn, number} = link.dataset;
  show(turn, number, mark => {
    reading(true);
    remember('pushState');
    (sheet() ?? mark)?.focus({preventScroll: true});
  });
}

function vote(button) {
  votes.set(button.parentElement.dataset.answer, button.dataset.vote);
  press();
  trigger('like', {turn: Number(button.dataset.turn), vote: button.dataset.vote});
}

function press() {
  for (const thumb of document.querySelectorAll('.votes button'))
    thumb.setAttribute('aria-pressed', votes.get(thumb.parentElement.dataset.answer) === thumb.dataset.vote);
}

function step(button) {
  const way = button.classList.contains('next') ? '.next' : '.previous';
  show(article.dataset.turn, button.dataset.number, () => {
    remember('replaceState');
    const same = article.querySelector(way);
    (same.disabled ? article.querySelector('.step:enabled') : same)?.focus();
  });
}

function close() {
  if (!article?.querySelector('mark.chosen')) return;
  const back = citation(article.dataset) ?? find('#question textarea');
  leave();
  history.replaceState(null, '', location.pathname);
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

function draw() {
  const from = article && citation(article.dataset), to = spot();
  const path = thread.firstChild;
  if (!from || !to || !from.offsetParent || !to.offsetParent) return path.removeAttribute('d');
  const start = from.getBoundingClientRect(), end = to.getClientRects()[0];
  const talk = find('#conversation').getBoundingClientRect();
  const text = pane().getBoundingClientRect();
  const x1 = start.right + 4, x2 = text.left + 2, middle = talk.right + (x2 - talk.right) / 2;
  const y1 = within(talk, start.bottom - 3), y2 = within(text, end.bottom - 1);
  path.setAttribute('d', `M${x1},${y1} H${talk.right - 8} C${middle},${y1} ${middle},${y2} ${x2},${y2} H${end.left}`);
}

const thread = document.createElementNS(SVG, 'svg');
thread.id = 'thread';
thread.setAttribute('aria-hidden', 'true');
thread.append(document.createElementNS(SVG, 'path'));
find('#panes').append(thread);

find('#told').setAttribute('role', 'status');

let drawing = 0;
const redraw = () => { cancelAnimationFrame(drawing); drawing = requestAnimationFrame(draw); };
addEventListener('resize', redraw);
addEventListener('scroll', redraw, {capture: true, passive: true});
let typed = sessionStorage.getItem(TYPED);
function retype() { // once the page has opened: before that, Gradio empties the box
  const box = find('#question textarea');
  if (!typed || !box || !find('#conversation .welcome')) return;
  if (!box.value) {
    box.value = typed;
    box.dispatchEvent(new Event('input', {bubbles: true}));
  }
  typed = null;
}
const look = () => {
  retype();
  const turns = document.querySelectorAll('.turn');
  if (turns.length > asked) {
    find('#conversation').scrollTop = turns[turns.length - 1].offsetTop;
    sessionStorage.removeItem(TYPED);
  }
  asked = turns.length;
  press();
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
  else if (at('.alone')) trigger('select', {turn: Number(at('.alone').dataset.turn)});
  else if (at('#source .step')) step(at('.step'));
  else if (at('#source .close')) close();
  else if (at('#source .view button')) view(at('.view button'));
  else if (at('#source [data-copy]')) copy(at('[data-copy]'));
});
addEventListener('input', event => {
  if (event.target === find('#question textarea')) sessionStorage.setItem(TYPED, event.target.value);
});
addEventListener('keydown', event => {
  if (event.key !== 'Escape') return;
  const menu = find('details.copy[open]');
  if (menu) { menu.open = false; menu.querySelector('summary').focus(); }
  else close();
});
addEventListener('popstate', event => {
  const place = event.state;
  if (place?.turn && citation(place)) show(place.turn, place.number, () => reading(true));
  else leave();
});
look();
