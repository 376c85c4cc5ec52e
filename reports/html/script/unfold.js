// In one file with many scenarios, the rest of each is in a <noscript>: text, while scripts run. It becomes
// elements when somebody opens the scenario, follows a link into it or prints, and otherwise when the browser
// is idle, so that its own search finds everything. Where no scripts run, all of it is open.

/** Scenarios whose rest is still text. @type {Map<Element, Element>} */
const folded = new Map();
/** @type {Map<Element, HTMLButtonElement>} */
const buttons = new Map();

for (const text of document.querySelectorAll('article > noscript.rest')) {
  const article = /** @type {Element} */ (text.parentElement);
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'unfold';
  button.addEventListener('click', () => show(article, !isShown(article)));
  folded.set(article, text);
  buttons.set(article, button);
  name(article, button, false);
  text.before(button);
}

/** Makes elements of the rest; they are not shown yet. */
function parse(/** @type {Element} */ article) {
  const text = folded.get(article);
  if (!text) return;
  folded.delete(article);
  const rest = document.createElement('div');
  rest.className = 'rest';
  rest.setAttribute('hidden', 'until-found');
  rest.addEventListener('beforematch', () => show(article, true));
  rest.innerHTML = text.textContent ?? '';
  text.replaceWith(rest);
}

function show(/** @type {Element} */ article, /** @type {boolean} */ isToShow) {
  const button = buttons.get(article);
  if (!button) return;
  parse(article);
  const rest = button.nextElementSibling;
  if (isToShow) rest?.removeAttribute('hidden');
  else rest?.setAttribute('hidden', 'until-found');
  name(article, button, isToShow);
}

function isShown(/** @type {Element} */ article) {
  return buttons.get(article)?.getAttribute('aria-expanded') !== 'false';
}

/** Read aloud it says of which scenario, since there is one such button for each. */
function name(
  /** @type {Element} */ article,
  /** @type {HTMLButtonElement} */ button,
  /** @type {boolean} */ isOpen,
) {
  const text = isOpen ? 'Hide what happened' : 'Show what happened';
  button.textContent = text;
  button.setAttribute('aria-label', `${text}: ${article.querySelector('h2')?.textContent ?? ''}`);
  button.setAttribute('aria-expanded', String(isOpen));
}

/** The scenario that has this id, or an element with it. */
function articleWith(/** @type {string} */ id) {
  const element = document.getElementById(id);
  if (element) return element.closest('article') ?? undefined;
  for (const [article, text] of folded) {
    const isWithin = id.startsWith(`${article.id}-`) && text.textContent?.includes(`id="${id}"`);
    if (isWithin) return article;
  }
  return undefined;
}

function showAddressed() {
  const article = articleWith(location.hash.slice(1));
  if (!article || isShown(article)) return;
  show(article, true);
  // On a narrow screen a frame of the diagram is no place to go to: the table is shown.
  article.scrollIntoView();
  // The browser has looked for the place already, when it was not there.
  location.replace(location.hash);
}

showAddressed();
addEventListener('hashchange', showAddressed);
// Before the browser goes there; and a link to the address that the page has already changes no hash.
addEventListener('click', ({ target }) => {
  const link = target instanceof Element ? target.closest('a') : null;
  if (!link?.hash || link.pathname !== location.pathname) return;
  const article = articleWith(link.hash.slice(1));
  if (article) show(article, true);
});
addEventListener('beforeprint', () => {
  for (const article of [...folded.keys()]) parse(article);
});

// Where the browser's own search does not open what is hidden, elements would be of no use to it.
if ('onbeforematch' in document.body && 'requestIdleCallback' in window) {
  const parseSome = (/** @type {IdleDeadline} */ deadline) => {
    for (const article of folded.keys()) {
      // One takes some milliseconds; while the page is moving there is never this much time.
      if (deadline.timeRemaining() < 25) break;
      parse(article);
    }
    if (folded.size > 0) requestIdleCallback(parseSome);
  };
  requestIdleCallback(parseSome);
}
