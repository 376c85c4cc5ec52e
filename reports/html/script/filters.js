// Filters and search over the table of scenarios. Without it the table shows all of them.

const form = /** @type {HTMLFormElement | null} */ (document.querySelector('form.filters'));
const rows = /** @type {HTMLTableRowElement[]} */ ([
  ...document.querySelectorAll('table.scenarios > tbody > tr'),
]);
/** A link to a selection is the page's address with this and the fields, as a form is sent. */
const marker = '#show:';

if (form) {
  const search = /** @type {HTMLInputElement} */ (form.elements.namedItem('q'));
  const shown = /** @type {HTMLOutputElement} */ (form.elements.namedItem('shown'));
  const searched = rows.map((row) => (row.textContent ?? '').toLowerCase());

  const chosen = () => new URLSearchParams([...new FormData(form)].map(([k, v]) => [k, String(v)]));

  const apply = () => {
    const fields = chosen();
    const words = (fields.get('q') ?? '').toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, index) => {
      const text = searched[index] ?? '';
      const isShown =
        words.every((word) => text.includes(word)) &&
        ['verdict', 'protocol', 'client', 'response', 'claim'].every((name) => {
          const wanted = fields.getAll(name).filter(Boolean);
          if (wanted.length === 0) return true;
          const has = row.dataset[name] ?? '';
          return name === 'claim'
            ? wanted.every((claim) => has.split(' ').includes(claim))
            : wanted.includes(has);
        });
      row.hidden = !isShown;
      if (isShown) count += 1;
    });
    shown.value = `${count} of ${rows.length} shown`;
  };

  /** What is chosen is in the address, so that it can be handed on. */
  const remember = () => {
    const fields = chosen();
    for (const [name, value] of [...fields]) if (value === '') fields.delete(name, value);
    const text = fields.toString();
    history.replaceState(null, '', text === '' ? location.pathname : `${marker}${text}`);
  };

  const recall = () => {
    if (!location.hash.startsWith(marker)) return;
    const fields = new URLSearchParams(location.hash.slice(marker.length));
    for (const element of form.elements) {
      if (element instanceof HTMLInputElement && element.type === 'checkbox') {
        element.checked = fields.getAll(element.name).includes(element.value);
      } else if (element instanceof HTMLInputElement || element instanceof HTMLSelectElement) {
        element.value = fields.get(element.name) ?? '';
      }
    }
    apply();
    form.scrollIntoView();
  };

  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('input', () => {
    apply();
    remember();
  });
  form.addEventListener('reset', () =>
    // The fields are empty only after this event.
    queueMicrotask(() => {
      apply();
      remember();
    }),
  );
  addEventListener('hashchange', recall);
  addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLInputElement;
    if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    search.focus();
  });
  form.hidden = false;
  apply();
  recall();
}
