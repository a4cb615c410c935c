// Session: says that it has ended, whatever was asked of the server, and leads to the login page.

const find = selector => document.querySelector(selector);
const ask = window.fetch;

window.fetch = async (...request) => {
  const response = await ask(...request);
  const over = response.status === 401 && find('#over');
  if (over) dispatchEvent(new Event('over'));
  if (over && !over.open) over.showModal();
  return response;
};
addEventListener('click', event => { // without a link to a quote, the last conversation opens again
  if (event.target.closest?.('#over button')) location.assign(location.pathname);
});
