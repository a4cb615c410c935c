// The reader: opens a document by itself, leafs through it, and finds words in it.
// Runs as the source pane's js_on_load, so `trigger` asks the server for another part of a document.

const find = selector => document.querySelector(selector);
const pane = () => find('#source article');
const tab = number => document.querySelectorAll('#tabs [role=tab]')[number];
const here = () => ({talk: find('.talk').dataset.id}); // what the history keeps: talks.js opens it again
let focused = ''; // what gets the focus once the pane has changed
let listed = false; // whether the document was opened from the list

function open(place) {
  find('#panes').classList.add('reading'); // on a phone: the source over the talk
  trigger('click', place);
}

function look(words, number = 0) {
  focused = number ? '.match:enabled' : '.find input';
  const {document: id, start} = pane().dataset;
  open({document: id, start: number ? 0 : Number(start), words, number});
}

async function turn(sheet, button) {
  const {document: id} = pane().dataset, way = button.classList.contains('next') ? '.next' : '.previous';
  const query = new URLSearchParams({document: id, page: button.dataset.page});
  button.disabled = true;
  try {
    const response = await fetch(location.pathname.replace(/\/?$/, `/page?${query}`));
    if (!response.ok) throw response;
    sheet.innerHTML = await response.text();
  } catch {
    button.disabled = false;
    return;
  }
  sheet.scrollTop = 0;
  const same = sheet.querySelector(way);
  (same?.disabled ? sheet.querySelector('.pages button:enabled') : same)?.focus();
}

function zoom(sheet, button) {
  const now = Number(sheet.style.getPropertyValue('--zoom') || 1) + 0.5 * Number(button.dataset.zoom);
  sheet.style.setProperty('--zoom', Math.min(Math.max(now, 1), 3));
}

async function save(id) {
  const query = new URLSearchParams({document: id}), told = find('#source .failed');
  told.textContent = '';
  try {
    const response = await fetch(location.pathname.replace(/\/?$/, `/file?${query}`));
    if (response.status === 401) return; // session.js shows that
    if (!response.ok) throw await response.json();
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await response.blob());
    link.download = decodeURIComponent(response.headers.get('Content-Disposition').split("''")[1]);
    link.click();
    URL.revokeObjectURL(link.href);
  } catch ({detail}) {
    told.textContent = detail ?? find('#take').dataset.failed;
  }
}

function close() {
  find('#panes').classList.remove('reading');
  history.replaceState(here(), '', location.pathname);
  if (listed) {
    tab(1).click();
    tab(1).focus();
  } else find('#question textarea').focus();
  listed = false;
}

addEventListener('click', event => {
  const at = selector => event.target.closest?.(selector);
  const link = at('a.open');
  if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
    event.preventDefault();
    listed = true;
    tab(0).click();
    focused = '.text';
    open({document: link.dataset.document});
  } else if (at('a.original')) {
    event.preventDefault();
    save(pane().dataset.document);
  } else if (at('#source .match')) look(find('.find input').value, Number(at('.match').dataset.number));
  else if (at('#source .leaf button')) {
    focused = '.text';
    open({document: pane().dataset.document, start: Number(at('.leaf button').dataset.start)});
  } else if (at('#source .pages [data-page]')) turn(at('.sheet'), at('[data-page]'));
  else if (at('#source [data-zoom]')) zoom(at('.sheet'), at('[data-zoom]'));
  else if (at('#source .here')) {
    find('#panes').classList.remove('reading');
    dispatchEvent(new CustomEvent('look-in', {detail: pane().dataset.document}));
  } else if (at('#source [data-opened] .close')) close();
});
addEventListener('change', event => { // the pane in another language
  if (!event.target.closest('#languages') || !pane()?.matches('[data-opened]')) return;
  const {document: id, start, number} = pane().dataset;
  trigger('click', {document: id, start: Number(start), words: find('.find input').defaultValue, number: Number(number)});
});
addEventListener('submit', event => {
  if (!event.target.closest('#source .find')) return;
  event.preventDefault();
  look(find('.find input').value);
});
addEventListener('keydown', event => {
  if (event.key === 'Escape' && !find(':popover-open, dialog[open]') && find('#panes.reading #source [data-opened]')) close();
});
new MutationObserver(() => {
  const article = pane();
  if (article && !('opened' in article.dataset) && !focused) listed = false;
  if (!article || !focused) return;
  if ('opened' in article.dataset) history.replaceState(here(), '', article.dataset.link);
  article.querySelector(focused)?.focus({preventScroll: true});
  focused = '';
}).observe(element, {childList: true, subtree: true, attributes: true});
