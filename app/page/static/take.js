// Take: copies an answer with its sources, or saves or prints the conversation, as the server writes it.

const find = selector => document.querySelector(selector);
const talk = turns => `{"turns": [${turns.map(turn => turn.dataset.kept)}]}`;

async function written(form, turns) {
  const response = await fetch(location.pathname.replace(/\/?$/, '/take'), {
    method: 'POST', headers: {'Content-Type': 'application/json'}, body: JSON.stringify({form, talk: talk(turns)}),
  });
  if (!response.ok) throw new Error(response.status);
  return response.text();
}

function put(texts) { // on the clipboard, by type; also where a page over plain http has none of its own
  return new Promise((done, failed) => {
    document.addEventListener('copy', event => {
      for (const [type, text] of Object.entries(texts)) event.clipboardData.setData(type, text);
      event.preventDefault();
      event.stopImmediatePropagation();
      done();
    }, {once: true, capture: true});
    if (!document.execCommand('copy')) failed();
  });
}

async function copy(button) {
  const menu = button.closest('details'), summary = menu.querySelector('summary'), said = summary.textContent;
  const turn = [button.closest('.turn')], form = button.dataset.take;
  menu.open = false;
  summary.focus();
  try {
    if (form === 'html') {
      const [html, plain] = await Promise.all([written('html', turn), written('plain', turn)]);
      await put({'text/html': html, 'text/plain': plain});
    } else await put({'text/plain': await written(form, turn)});
    summary.textContent = menu.dataset.copied;
  } catch { summary.textContent = menu.dataset.failed; }
  setTimeout(() => { summary.textContent = said; }, 1500);
}

async function save({dataset: {form, end}}) {
  const turns = [...document.querySelectorAll('.turn')];
  const text = await written(form, turns);
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text]));
  link.download = `rode-draad-${new Date().toISOString().slice(0, 10)}.${end}`;
  link.click();
  URL.revokeObjectURL(link.href);
}

addEventListener('toggle', event => {
  if (event.target.matches?.('.turn .copy')) event.target.scrollIntoView({block: 'nearest'});
}, true);
addEventListener('click', event => {
  const at = selector => event.target.closest?.(selector);
  for (const menu of document.querySelectorAll('details.copy[open]')) if (menu !== at('details.copy')) menu.open = false;
  if (at('.turn [data-take]')) copy(at('[data-take]'));
  else if (at('#take button')) {
    find('#take').hidePopover();
    if (at('.print')) print();
    else save(at('button')).catch(() => dispatchEvent(new CustomEvent('say', {detail: find('#take').dataset.failed})));
  }
});
