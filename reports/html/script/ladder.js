// Links an event of a diagram to those that belong to it, under the pointer and from the keyboard, and
// shows what is known of it. Without it the diagram, its table and the bytes stand as they are.

const bound = new WeakSet();
/** A diagram may come after this script has run: it is bound when it is first pointed at or gone to. */
for (const type of ['pointerover', 'focusin', 'click']) {
  const bindNew = (/** @type {Event} */ { target }) => {
    const section = target instanceof Element ? target.closest('.ladder-section') : null;
    if (!section || bound.has(section)) return;
    bound.add(section);
    bind(section);
  };
  // On the way down, so that what is bound hears of this event too.
  addEventListener(type, bindNew, { capture: true });
}

function bind(/** @type {Element} */ section) {
  const diagram = /** @type {HTMLElement | null} */ (section.querySelector('.scroll'));
  const table = section.querySelector('.as-table');
  if (!diagram || !table) return;
  /** An event is a row of the diagram and a line of the table, by its position in the timeline. */
  const drawn = new Map(entriesOf(diagram));
  const lines = new Map(entriesOf(table));
  const order = [...lines.keys()];
  /** @type {Map<string, string[]>} */
  const members = new Map();
  for (const [event, line] of lines) {
    for (const group of groupsOf(line)) members.set(group, [...(members.get(group) ?? []), event]);
  }
  const relatedTo = (/** @type {string} */ event) =>
    new Set(groupsOf(lines.get(event)).flatMap((group) => members.get(group) ?? []));

  /** @type {string | undefined} */
  let chosen;
  const detail = document.createElement('div');
  detail.className = 'detail';
  detail.setAttribute('role', 'status');
  detail.hidden = true;
  section.append(detail);

  const light = (/** @type {string | undefined} */ event) => {
    const related = event === undefined ? new Set() : relatedTo(event);
    for (const rows of [drawn, lines]) {
      for (const [key, row] of rows) {
        row.classList.toggle('linked', related.has(key) && key !== event);
        row.classList.toggle('chosen', key === event);
      }
    }
  };

  const choose = (/** @type {string | undefined} */ event) => {
    chosen = event;
    light(event);
    detail.hidden = event === undefined;
    if (event === undefined) return;
    const related = [...relatedTo(event)].filter((key) => key !== event);
    detail.replaceChildren(
      summary(event),
      ...(related.length > 0 ? [linked(related)] : []),
      ...bytesOf(event),
      closeButton(),
    );
    drawn.get(event)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };

  function summary(/** @type {string} */ event) {
    const cells = [...(lines.get(event)?.children ?? [])];
    const [at, where, connection, frame, text] = cells.map((cell) => cell.textContent ?? '');
    const about = [
      `${at} ms`,
      where,
      connection && `connection ${connection}`,
      frame && `frame ${frame}`,
    ];
    const facts = element('p', 'about', about.filter(Boolean).join(' · '));
    const all = document.createElement('div');
    all.append(facts, element('p', 'said', text ?? ''));
    return all;
  }

  function linked(/** @type {string[]} */ related) {
    const list = document.createElement('ul');
    list.setAttribute('aria-label', 'belongs to');
    for (const key of related) {
      const [at, where, , , text] = [...(lines.get(key)?.children ?? [])];
      const button = element('button', '', `${where?.textContent}: ${text?.textContent}`);
      button.setAttribute('type', 'button');
      button.addEventListener('click', () => choose(key));
      const item = document.createElement('li');
      item.append(element('span', 'at', `${at?.textContent} ms`), button);
      list.append(item);
    }
    return list;
  }

  /** A copy of what stands below the diagram. */
  function bytesOf(/** @type {string} */ event) {
    const id = drawn.get(event)?.id.replace(/-f(\d+)$/, '-b$1');
    const bytes = id ? document.getElementById(id)?.querySelector('.payload') : null;
    return bytes ? [bytes.cloneNode(true)] : [];
  }

  function closeButton() {
    const button = element('button', 'close', 'Close');
    button.setAttribute('type', 'button');
    button.addEventListener('click', () => {
      choose(undefined);
      diagram?.focus();
    });
    return button;
  }

  for (const [box, rows] of /** @type {const} */ ([
    [diagram, drawn],
    [table, lines],
  ])) {
    const eventAt = (/** @type {Event} */ { target }) => {
      const row = target instanceof Element ? target.closest('[data-e]') : null;
      const key = row?.getAttribute('data-e') ?? undefined;
      return key !== undefined && rows.has(key) ? key : undefined;
    };
    box.addEventListener('pointerover', (event) => {
      if (chosen === undefined) light(eventAt(event));
    });
    box.addEventListener('pointerleave', () => {
      if (chosen === undefined) light(undefined);
    });
    box.addEventListener('click', (event) => {
      const key = eventAt(event);
      // What is being selected is to be copied, not to be closed.
      if (key !== undefined && getSelection()?.isCollapsed !== false) {
        choose(key === chosen ? undefined : key);
      }
    });
  }

  diagram.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = chosen === undefined ? -1 : order.indexOf(chosen);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: order.length - 1 };
    if (event.key in moves) {
      const to = moves[/** @type {keyof moves} */ (event.key)];
      choose(order[Math.min(Math.max(to, 0), order.length - 1)]);
      event.preventDefault();
    }
  });
  section.addEventListener('keydown', (event) => {
    if (/** @type {KeyboardEvent} */ (event).key === 'Escape') {
      choose(undefined);
      diagram.focus();
    }
  });
}

/** @param {Element} box @returns {[string, Element][]} */
function entriesOf(box) {
  return [...box.querySelectorAll('[data-e]')].map((row) => [
    row.getAttribute('data-e') ?? '',
    row,
  ]);
}

/** @param {Element | undefined} row */
function groupsOf(row) {
  return (row?.getAttribute('data-g') ?? '').split(' ').filter(Boolean);
}

/** @param {string} name @param {string} className @param {string} text */
function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}
