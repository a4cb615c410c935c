// The gloss: what a word of a quote or a source means in the language of the page, in a box beside the word.
// A word is pointed at, tapped, or reached with Enter and the arrows; the text and what is selected stay as they are.

const find = selector => document.querySelector(selector);
const box = () => find('#gloss');
const WORD = /(?<![\p{L}\p{N}_\u00ad\u0300-\u036f-])(?:aujourd['’]hui|\p{L}+)(?![\p{L}\p{N}_\u00ad\u0300-\u036f-])/giu; // as in document_glosses.py
const DWELL = 250; // milliseconds that a pointer rests on a word
const GAP = 6; // pixels between the word and the box
const KEPT = 20; // passages whose glosses are kept

const kept = new Map();
let shown = null; // the word whose gloss is shown, as a range
let resting = 0;
let over = false; // the session: then a click alone asks, and so tells that

const passageOf = node => (node?.nodeType === Node.TEXT_NODE ? node.parentElement : node)?.closest?.('[data-gloss]');

async function glossesOf(passage) {
  const query = passage.dataset.gloss, key = `${document.documentElement.lang} ${query}`;
  if (!kept.has(key)) {
    kept.set(key, (async () => {
      const response = await fetch(location.pathname.replace(/\/?$/, `/gloss${query}`));
      if (!response.ok) throw response;
      return new Map(Object.entries(await response.json()));
    })());
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  }
  try { return await kept.get(key); } catch { kept.delete(key); return new Map(); }
}

function wordsIn(node) {
  return [...node.data.matchAll(WORD)].map(found => {
    const range = document.createRange();
    range.setStart(node, found.index);
    range.setEnd(node, found.index + found[0].length);
    return range;
  });
}

const isAt = (range, x, y) => [...range.getClientRects()].some(
  at => x >= at.left && x <= at.right && y >= at.top && y <= at.bottom);

function wordAt(x, y) {
  const caret = document.caretPositionFromPoint?.(x, y) ?? document.caretRangeFromPoint?.(x, y);
  const node = caret?.offsetNode ?? caret?.startContainer;
  if (node?.nodeType !== Node.TEXT_NODE || !passageOf(node)) return null;
  return wordsIn(node).find(word => isAt(word, x, y)) ?? null;
}

const same = (one, other) => Boolean(one && other)
  && one.startContainer === other.startContainer && one.startOffset === other.startOffset;

function hide() {
  clearTimeout(resting);
  if (!shown) return;
  shown = null;
  CSS.highlights?.delete('gloss');
  if (box()?.matches(':popover-open')) box().hidePopover();
  find('#glossed').textContent = '';
}

function place() { // below the word or, where there is no room, above it
  if (!shown) return;
  const lines = shown.getClientRects(), first = lines[0], last = lines[lines.length - 1];
  const pane = passageOf(shown.startContainer)?.closest('.text, #conversation')?.getBoundingClientRect();
  if (!first || !pane || last.bottom > pane.bottom + 1 || first.top < pane.top - 1) return hide();
  const {width, height} = box().getBoundingClientRect();
  const below = last.bottom + GAP + height <= innerHeight;
  box().style.top = `${below ? last.bottom + GAP : first.top - GAP - height}px`;
  box().style.left = `${Math.max(8, Math.min((below ? last : first).left, innerWidth - width - 8))}px`;
}

function show(word, [gloss, percent], told) {
  hide();
  shown = word;
  if (window.Highlight) CSS.highlights.set('gloss', new Highlight(word));
  const sure = box().dataset.sure.replace('{percent}', percent);
  box().querySelector('b').textContent = gloss;
  box().querySelector('small').textContent = sure;
  box().showPopover();
  place();
  if (told) find('#glossed').textContent = `${word}: ${gloss}. ${sure}`;
}

async function point(x, y, told) {
  const word = wordAt(x, y);
  if (same(word, shown)) return;
  const gloss = word && (told || !over) && (await glossesOf(passageOf(word.startContainer))).get(String(word));
  if (gloss && word.startContainer.isConnected) show(word, gloss, told);
  else hide();
}

function into(word) { // scrolls a word that is out of sight into the middle of what scrolls
  const pane = passageOf(word.startContainer).closest('.text, #conversation');
  const at = word.getBoundingClientRect(), seen = pane.getBoundingClientRect();
  if (at.top < seen.top || at.bottom > seen.bottom) pane.scrollTop += at.top - seen.top - pane.clientHeight / 2;
}

function begins(passage, words) { // the caret, the quote that is chosen, or what is in sight
  const selected = getSelection(), mark = passage.querySelector('mark.chosen');
  if (selected.rangeCount && passage.contains(selected.anchorNode)) {
    const caret = selected.getRangeAt(0);
    return words.findIndex(word => caret.compareBoundaryPoints(Range.START_TO_START, word) <= 0);
  }
  if (mark) return words.findIndex(word => mark.contains(word.startContainer));
  const {top} = passage.getBoundingClientRect();
  return words.findIndex(word => word.getBoundingClientRect().top >= top);
}

async function step(passage, way) {
  const glosses = await glossesOf(passage), words = [];
  const walker = document.createTreeWalker(passage, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) words.push(...wordsIn(walker.currentNode).filter(word => glosses.has(String(word))));
  const now = words.findIndex(word => same(word, shown));
  const word = words.at(now < 0 ? Math.max(begins(passage, words), 0) : (now + way) % words.length);
  if (!word) return;
  into(word);
  show(word, glosses.get(String(word)), true);
}

addEventListener('pointermove', event => {
  clearTimeout(resting);
  if (event.pointerType !== 'mouse' || event.buttons || event.target.closest?.('#gloss')) return;
  if (shown ? !isAt(shown, event.clientX, event.clientY) : event.target.closest?.('[data-gloss]'))
    resting = setTimeout(point, DWELL, event.clientX, event.clientY, false);
}, {passive: true});
addEventListener('click', event => {
  const passage = passageOf(event.target);
  if (event.target.closest?.('#gloss')) return;
  if (passage && !event.detail) step(passage, 1); // by a screen reader
  else if (passage && getSelection().isCollapsed) point(event.clientX, event.clientY, true);
  else hide();
});
addEventListener('keydown', event => {
  const passage = passageOf(event.target);
  const way = event.key === 'Enter' ? (event.shiftKey ? -1 : 1) : shown && {ArrowRight: 1, ArrowLeft: -1}[event.key];
  if (event.key === 'Escape' && shown) hide();
  else if (passage && way && !event.ctrlKey && !event.metaKey && !event.altKey) step(passage, way);
  else return;
  event.preventDefault();
  event.stopImmediatePropagation(); // Escape closes the gloss alone, and arrows leave the quotes
}, {capture: true});
addEventListener('over', () => { over = true; });
addEventListener('focusout', event => { if (passageOf(event.target)) hide(); });
addEventListener('scroll', place, {capture: true, passive: true});
addEventListener('resize', place);
new MutationObserver(() => { if (shown && !shown.startContainer.isConnected) hide(); }).observe(
  document.body, {childList: true, subtree: true});
