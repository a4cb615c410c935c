// The menu of what is searched, which talks.js keeps with the conversation. Runs as its js_on_load.

const NOTHING = {documents: [], languages: [], date_from: '', date_to: ''};
const part = selector => element.querySelector(selector);
const isAll = () => JSON.stringify(scope) === JSON.stringify(NOTHING);
let scope = {...NOTHING};
let asked = 0; // of the server: only the last answer counts

async function look(list) { // how many documents are chosen, and with `list` which there are to choose
  const number = ++asked, find = part('[type=search]').value;
  const response = await fetch(location.pathname.replace(/\/?$/, '/choices'), {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({...scope, find}),
  });
  const {rows, told, count, detail} = await response.json();
  if (number !== asked) return;
  if (list && response.ok) part('.found').innerHTML = rows;
  part('[role=status]').textContent = response.ok ? told : detail;
  part('summary strong').textContent = isAll() ? part('details').dataset.all : told ?? detail;
  part('details').classList.toggle('chosen', !isAll());
  part('details').classList.toggle('nothing', !count);
}

function choose(changed, list) {
  scope = {...scope, ...changed};
  dispatchEvent(new CustomEvent('chosen', {detail: isAll() ? null : scope}));
  show(list);
}

function show(list) {
  if (!part('details')) return;
  fill();
  look(list);
}

function fill() { // the fields, as they are chosen
  for (const box of element.querySelectorAll('[name=languages]')) box.checked = scope.languages.includes(box.value);
  for (const day of element.querySelectorAll('[type=date]')) day.value = scope[day.name];
}

function begin() { // when the server has sent the menu, the first time or in another language
  const menu = part('details');
  if (!menu || menu.dataset.begun) return;
  menu.dataset.begun = 'true';
  menu.addEventListener('toggle', () => { if (menu.open) look(true); });
  if (!isAll()) show();
}

function end() {
  part('details').open = false;
  part('summary').focus();
}

element.addEventListener('change', ({target}) => {
  if (target.type === 'date') choose({[target.name]: target.value});
  if (target.type !== 'checkbox') return;
  const rest = scope[target.name].filter(one => one !== target.value);
  choose({[target.name]: target.checked ? [...rest, target.value] : rest});
});
let typing = 0;
element.addEventListener('input', ({target}) => {
  if (target.type !== 'search') return;
  clearTimeout(typing);
  typing = setTimeout(look, 200, true);
});
element.addEventListener('click', ({target}) => {
  if (target.closest('.all')) choose(NOTHING, true);
  if (target.closest('.done')) end();
});
element.addEventListener('keydown', event => {
  if (event.key !== 'Escape' || !part('details')?.open) return;
  event.stopPropagation();
  end();
});
addEventListener('pointerdown', ({target}) => {
  if (part('details')?.open && !element.contains(target)) part('details').open = false;
});
addEventListener('asking', ({detail}) => { detail.scope = scope; });
addEventListener('opened', ({detail}) => { // a conversation, with what was chosen in it, whatever lies in its place
  const before = JSON.stringify(scope);
  const fits = Object.entries(NOTHING).every(([name, none]) => detail?.[name]?.constructor === none.constructor);
  scope = fits ? detail : {...NOTHING};
  if (JSON.stringify(scope) !== before) show(part('details')?.open);
});
addEventListener('look-in', ({detail}) => {
  choose({...NOTHING, documents: [detail]}, true);
  document.querySelector('#question textarea').focus();
});
new MutationObserver(begin).observe(element, {childList: true, subtree: true});
begin();
