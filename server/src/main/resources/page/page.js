// What the page does beyond its links and forms: groups open in place, the list keeps itself up to date without losing
// what is open or where one is, commands can be copied, deletes ask first. Nothing here is needed to look at anything.
'use strict';

(() => {
  const REFRESH_MILLIS = 5000;
  const TYPING_MILLIS = 250;
  const TOAST_MILLIS = 5000;
  const LIVE = 'holdfast-live';

  const byId = (id) => document.getElementById(id);
  const live = byId('live');
  const search = byId('search');

  // The server's clock counts, not the browser's.
  let clockAhead = Date.parse(document.body.dataset.now) - Date.now();

  // As Age.java has it.
  function ageInWords(seconds) {
    const distance = Math.abs(seconds);
    if (distance < 5) {
      return 'just now';
    }
    const [length, unit] =
      distance < 60 ? [1, 'second']
        : distance < 3600 ? [60, 'minute']
          : distance < 86400 ? [3600, 'hour']
            : distance < 60 * 86400 ? [86400, 'day']
              : distance < 730 * 86400 ? [30 * 86400, 'month'] : [365 * 86400, 'year'];
    const count = Math.floor(distance / length);
    const amount = `${count} ${unit}${count === 1 ? '' : 's'}`;
    return seconds < 0 ? `in ${amount}` : `${amount} ago`;
  }

  function tellAges(root) {
    const now = Date.now() + clockAhead;
    for (const time of root.querySelectorAll('time[datetime]')) {
      const words = ageInWords(Math.trunc((now - Date.parse(time.dateTime)) / 1000));
      if (time.textContent !== words) {
        time.textContent = words;
      }
    }
  }

  let toastTimer = 0;
  function announce(text) {
    const toast = byId('announce');
    toast.textContent = text;
    toast.hidden = false;
    clearTimeout(toastTimer);
    toastTimer = setTimeout(() => { toast.hidden = true; }, TOAST_MILLIS);
  }

  async function load(address) {
    const response = await fetch(address, { headers: { Accept: 'text/html' }, cache: 'no-store' });
    return { ok: response.ok, document: new DOMParser().parseFromString(await response.text(), 'text/html') };
  }

  function addCopyButtons(root) {
    for (const command of root.querySelectorAll('.commands p')) {
      if (!command.querySelector('button')) {
        const button = document.createElement('button');
        button.type = 'button';
        button.textContent = 'Copy';
        button.dataset.copy = '';
        command.append(button);
      }
    }
  }

  async function copy(button) {
    const code = button.parentElement.querySelector('code');
    try {
      await navigator.clipboard.writeText(code.textContent);
      announce('Copied.');
    } catch {
      // Over plain HTTP there is no clipboard, only the old way.
      getSelection().selectAllChildren(code);
      const isCopied = document.execCommand('copy');
      if (isCopied) {
        getSelection().removeAllRanges();
      }
      announce(isCopied ? 'Copied.' : 'Selected. Copy it with the keyboard.');
    }
  }

  // Opened groups.

  const fragmentOf = (source) => source + (source.includes('?') ? '&' : '?') + 'fragment=1';

  // What somebody has opened inside, by its place.
  const openInside = (content) => [...content.querySelectorAll('details')].map((inner) => inner.open);

  async function fill(content) {
    const { document: loaded } = await load(fragmentOf(content.dataset.source));
    show(content, loaded.body);
  }

  function show(content, loaded) {
    addCopyButtons(loaded);
    tellAges(loaded);
    if (content.innerHTML === loaded.innerHTML) {
      return;
    }
    const wasOpen = openInside(content);
    const focused = content.contains(document.activeElement) ? [...content.querySelectorAll('a, button, summary, [tabindex]')].indexOf(document.activeElement) : -1;
    const scrolled = [...content.querySelectorAll('.scroll')].map((part) => part.scrollLeft);
    content.replaceChildren(...loaded.childNodes);
    [...content.querySelectorAll('details')].forEach((inner, i) => { inner.open = Boolean(wasOpen[i]); });
    [...content.querySelectorAll('.scroll')].forEach((part, i) => { part.scrollLeft = scrolled[i] || 0; });
    if (focused >= 0) {
      content.querySelectorAll('a, button, summary, [tabindex]')[focused]?.focus({ preventScroll: true });
    }
  }

  async function opened(group) {
    const content = group.querySelector('.content');
    if (!group.open || content.dataset.loaded) {
      return;
    }
    content.dataset.loaded = 'yes';
    content.classList.add('loading');
    content.setAttribute('aria-busy', 'true');
    try {
      await fill(content);
    } catch {
      // The plain link is still there.
      delete content.dataset.loaded;
      announce('The group could not be loaded.');
    }
    content.classList.remove('loading');
    content.removeAttribute('aria-busy');
  }

  document.addEventListener('toggle', (event) => {
    if (event.target.matches?.('details.group')) {
      opened(event.target);
    }
  }, true);

  // Refreshing.

  function replaceIfChanged(present, wanted) {
    if (present && wanted) {
      present.className = wanted.className;
      show(present, wanted);
    }
  }

  function updateRow(row, wanted) {
    row.className = wanted.className;
    const summary = row.querySelector('summary');
    const wantedSummary = wanted.querySelector('summary');
    if (summary.innerHTML !== wantedSummary.innerHTML) {
      summary.innerHTML = wantedSummary.innerHTML;
    }
  }

  // Rows that stay are the very same elements, so that what is open, focused or selected stays so.
  function updateRows(list, wantedList) {
    const present = new Map([...list.children].map((row) => [row.dataset.key, row]));
    let at = list.firstElementChild;
    for (const wanted of [...wantedList.children]) {
      const row = present.get(wanted.dataset.key);
      present.delete(wanted.dataset.key);
      if (row) {
        updateRow(row, wanted);
      }
      const put = row || wanted;
      if (put === at) {
        at = at.nextElementSibling;
      } else {
        list.insertBefore(put, at);
      }
    }
    present.forEach((row) => row.remove());
  }

  function updateList(present, wanted) {
    const list = present.querySelector('ul.groups');
    const wantedList = wanted.querySelector('ul.groups');
    if (!list || !wantedList) {
      if (present.innerHTML !== wanted.innerHTML) {
        present.replaceChildren(...wanted.childNodes);
      }
      return;
    }
    const count = byId('count');
    const wantedCount = wanted.querySelector('#count');
    if (count.textContent !== wantedCount.textContent) {
      count.textContent = wantedCount.textContent;
    }
    for (const part of ['.tabs', '.columns']) {
      replaceIfChanged(present.querySelector(part), wanted.querySelector(part));
    }
    for (const part of ['.pager', '.wipe']) {
      const shown = present.querySelector(part);
      const wantedPart = wanted.querySelector(part);
      if (shown && wantedPart) {
        replaceIfChanged(shown, wantedPart);
      } else if (shown) {
        shown.remove();
      } else if (wantedPart) {
        present.append(wantedPart);
      }
    }
    updateRows(list, wantedList);
  }

  function update(loaded) {
    clockAhead = Date.parse(loaded.body.dataset.now) - Date.now() || clockAhead;
    tellAges(loaded);
    replaceIfChanged(byId('node'), loaded.getElementById('node'));
    replaceIfChanged(byId('banners'), loaded.getElementById('banners'));
    replaceIfChanged(byId('status'), loaded.getElementById('status'));
    const groups = byId('groups');
    const wanted = loaded.getElementById('groups');
    if (groups && wanted) {
      updateList(groups, wanted);
    }
    const group = byId('group');
    const wantedGroup = loaded.getElementById('group');
    if (group && wantedGroup) {
      show(group, wantedGroup);
    } else if (group || wantedGroup) {
      // Deleted, or not readable now, or back again: a message is in its place.
      show(byId('main'), loaded.getElementById('main'));
    }
  }

  let asked = 0;
  async function refresh(address = location.href) {
    const mine = ++asked;
    const { document: loaded } = await load(address);
    if (mine === asked && loaded.body.dataset.now) {
      update(loaded);
      await Promise.all([...document.querySelectorAll('details.group[open] > .content[data-loaded]')].map(fill));
    }
  }

  const isBusy = () => document.hidden || byId('confirm').open || !getSelection().isCollapsed;

  async function tick() {
    if (live && live.getAttribute('aria-pressed') === 'true' && !isBusy()) {
      try {
        await refresh();
      } catch {
        byId('node')?.querySelector('.node-state')?.replaceChildren('Not answering');
        byId('node')?.classList.replace('good', 'bad');
      }
    }
    setTimeout(tick, REFRESH_MILLIS);
  }

  // A browser may keep nothing.
  function remembered() {
    try {
      return localStorage.getItem(LIVE);
    } catch {
      return null;
    }
  }

  function remember(choice) {
    try {
      localStorage.setItem(LIVE, choice);
    } catch {
      // Then it is so until the page is left.
    }
  }

  if (live) {
    live.hidden = false;
    live.title = `Reads anew every ${REFRESH_MILLIS / 1000} seconds`;
    live.setAttribute('aria-pressed', String(remembered() !== 'off'));
    live.addEventListener('click', () => {
      const isOn = live.getAttribute('aria-pressed') !== 'true';
      live.setAttribute('aria-pressed', String(isOn));
      remember(isOn ? 'on' : 'off');
    });
    setTimeout(tick, REFRESH_MILLIS);
  }
  setInterval(() => tellAges(document), 1000);

  // Searching as one types; the address says what is shown.

  let typing = 0;
  function searchNow() {
    clearTimeout(typing);
    const parameters = new URLSearchParams();
    for (const [name, value] of new FormData(search)) {
      if (value.trim() !== '') {
        parameters.set(name, value);
      }
    }
    const query = parameters.toString();
    const address = search.getAttribute('action') + (query ? `?${query}` : '');
    history.replaceState(null, '', address);
    refresh(address).catch(() => announce('The server does not answer.'));
  }

  if (search) {
    search.addEventListener('input', () => {
      clearTimeout(typing);
      typing = setTimeout(searchNow, TYPING_MILLIS);
    });
    search.addEventListener('submit', (event) => {
      event.preventDefault();
      searchNow();
    });
  }

  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.matches?.('input, select, textarea');
    if (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey && byId('q')) {
      event.preventDefault();
      byId('q').focus();
      byId('q').select();
    } else if (event.key === 'Escape' && event.target.id === 'q' && event.target.value === '') {
      event.target.blur();
    }
  });

  // Deleting.

  function ask(title, what, note) {
    const dialog = byId('confirm');
    byId('confirm-title').textContent = title;
    byId('confirm-what').replaceChildren(...what);
    byId('confirm-note').textContent = note;
    dialog.returnValue = '';
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener('close', () => resolve(dialog.returnValue === 'delete'), { once: true });
    });
  }

  async function post(address, done) {
    try {
      const response = await fetch(address, { method: 'POST', headers: { Accept: 'text/html' } });
      if (response.ok) {
        announce(done);
        return true;
      }
      const answer = new DOMParser().parseFromString(await response.text(), 'text/html');
      announce((answer.getElementById('message') || answer.body).textContent.trim());
    } catch {
      announce('The server does not answer. Nothing is known of the delete.');
    }
    return false;
  }

  const NOTE = byId('confirm-note').textContent;

  async function deleteGroup(button) {
    const row = button.closest('li[data-key]');
    const title = row ? row.querySelector('summary .name') : document.querySelector('.group-title');
    const what = [...title.childNodes].map((part) => part.cloneNode(true));
    if (await ask('Delete this group?', what, NOTE) && await post(button.dataset.delete, 'The group was deleted.')) {
      if (row) {
        const next = row.nextElementSibling || row.previousElementSibling;
        row.remove();
        next?.querySelector('summary')?.focus();
        await refresh();
      } else {
        location.assign(document.querySelector('.crumbs a').href);
      }
    }
  }

  async function wipe(button) {
    const note = `All of ${button.dataset.wipe} go at once, on every node.`;
    if (await ask('Delete all groups?', [], note) && await post(button.href, 'All groups were deleted.')) {
      await refresh();
    }
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest?.('[data-copy], [data-delete], [data-wipe]');
    if (!button || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    if ('copy' in button.dataset) {
      copy(button);
    } else if ('delete' in button.dataset) {
      deleteGroup(button);
    } else {
      wipe(button);
    }
  });

  addCopyButtons(document);
})();
