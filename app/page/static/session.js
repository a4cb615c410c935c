// Session: shows why the server refuses a request; once the session has ended, leads to the login page.

const find = selector => document.querySelector(selector);
const ask = window.fetch;

window.fetch = async (...request) => {
  const response = await ask(...request);
  const over = response.status === 401 && find('#over');
  if (over) dispatchEvent(new Event('over'));
  if (over && !over.open) over.showModal();
  if (!over && !response.ok && response.url.endsWith('/run/predict')) { // Gradio itself shows it only for queued calls
    const {error, detail} = await response.clone().json().catch(() => ({}));
    dispatchEvent(new CustomEvent('say', {detail: error ?? detail ?? ''}));
    dispatchEvent(new Event('refused'));
  }
  return response;
};
addEventListener('click', event => { // without a link to a quote, the last conversation opens again
  if (event.target.closest?.('#over button')) location.assign(location.pathname);
});
