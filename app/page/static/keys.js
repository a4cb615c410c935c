// Keys: / leads to the question, arrows through the quotes, ? lists the keys. And dark or light.

const find = selector => document.querySelector(selector);
const everywhere = location.pathname.replace(/collections\/[^/]*\/$/, ''); // all collections, and the login page

let dark = document.cookie.match(/(?:^|; )dark=(yes|no)/)?.[1]; // as chosen; the system's choice unless somebody has

function paint() {
  if (dark) document.body.classList.toggle('dark', dark === 'yes');
  find('#dark')?.setAttribute('aria-pressed', document.body.classList.contains('dark'));
}

function turn() {
  dark = document.body.classList.contains('dark') ? 'no' : 'yes';
  document.cookie = `dark=${dark}; path=${everywhere}; max-age=31536000; samesite=strict`;
  paint();
}

function ask() {
  const box = find('#question textarea');
  if (!box.offsetParent) find('#tabs [role=tab]').click();
  setTimeout(() => box.focus());
}

addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const at = selector => event.target.closest?.(selector);
  const step = {ArrowLeft: '.previous', ArrowRight: '.next'}[event.key];
  const typing = at('input, textarea, select, [contenteditable], [popover]');
  const empty = at('#question textarea')?.value === '';
  if (typing && !(step && empty) || step && at('[role=tablist]')) return;
  if (event.key === '/') ask();
  else if (event.key === '?') find('#keys').showPopover();
  else if (step) find(`#source header ${step}:enabled`)?.click();
  else return;
  event.preventDefault();
});
addEventListener('click', event => { if (event.target.closest?.('#dark')) turn(); });

new MutationObserver(paint).observe(document.body, {attributeFilter: ['class']});
new MutationObserver(paint).observe(element, {childList: true, subtree: true});
paint();
