// The toolbar, the keys, and the address: a fragment that restores the view.

const KEPT = ['level', 'view', 'query', 'proto', 'port', 'machine', 'match'];

function options(select, values, chosen) {
  select.replaceChildren(...values.map(([value, text]) => make('option', { value, selected: value === chosen }, text)));
  select.value = chosen;
}

function sortedValues(values) {
  return [...new Set(values)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((value) => [value, value]);
}

// Kinds of match by how sure they are; those that are as sure as another one with their names.
function kinds(flows) {
  const found = sortedValues(flows.flatMap((flow) => Object.keys(flow.matches)));
  const sure = found.map(([kind]) => content.sure[kind]);
  return found.map(([kind], index) => [kind,
    sure.indexOf(sure[index]) === sure.lastIndexOf(sure[index]) ? sure[index] : `${sure[index]} (${kind})`]);
}

function showControls() {
  const { flows } = level();
  options(byId('level'), [...levels.keys()].map((name) => [name, name]), state.level);
  options(byId('proto'), [['', 'all'], ...sortedValues(flows.map((flow) => flow.proto))], state.proto);
  options(byId('match'), [['', 'all'], ...kinds(flows)], state.match);
  options(byId('machine'), [['', 'all'], ...content.machines.map((machine) => [machine.id, machine.name])], state.machine);
  byId('view').value = state.view;
  byId('view').querySelector('[value="picture"]').disabled = !picture(state.level);
  for (const [id, key] of [['search', 'query'], ['port', 'port']]) {
    if (byId(id).value !== state[key]) byId(id).value = state[key];
  }
  document.documentElement.classList.toggle('dark', state.dark);
  byId('theme').setAttribute('aria-pressed', String(state.dark));
}

function toFragment() {
  const parts = new URLSearchParams();
  for (const key of KEPT) if (state[key]) parts.set(key, state[key]);
  if (state.node !== null) parts.set('node', level().nodes[state.node].key);
  if (state.flow !== null) {
    const flow = level().flows[state.flow];
    const { nodes } = level();
    parts.set('flow', JSON.stringify([nodes[flow.source].key, nodes[flow.target].key, service(flow)]));
  }
  return `#${parts}`;
}

function fromFragment() {
  const parts = new URLSearchParams(window.location.hash.slice(1));
  for (const key of KEPT) state[key] = parts.get(key) || (key === 'level' ? content.opens : '');
  if (!levels.has(state.level)) state.level = content.opens;
  if (!['picture', 'around', 'table'].includes(state.view)) state.view = picture(state.level) ? 'picture' : 'table';
  if (state.view === 'picture' && !picture(state.level)) state.view = 'table';
  const node = nodeOfKey(parts.get('node'));
  state.node = node ? node.index : null;
  state.flow = null;
  try {
    const [source, target, name] = JSON.parse(parts.get('flow') || '[]');
    const { nodes, flows } = level();
    const flow = flows.find((one) => nodes[one.source].key === source && nodes[one.target].key === target
      && service(one) === name);
    if (flow) state.flow = flow.index;
  } catch {
    // a fragment that somebody changed by hand
  }
}

function keysOf() {
  return state.view === 'picture' ? drawn.keys : around.keys;
}

const KEYS = {
  '/': () => byId('search').focus(),
  Escape: () => update({ node: null, flow: null }),
  p: () => picture(state.level) && update({ view: 'picture' }),
  n: () => update({ view: 'around' }),
  t: () => update({ view: 'table' }),
  '+': () => keysOf().scale(1 / 1.2),
  '=': () => keysOf().scale(1 / 1.2),
  '-': () => keysOf().scale(1.2),
  0: () => keysOf().all(),
  ArrowLeft: () => keysOf().move(-0.1, 0),
  ArrowRight: () => keysOf().move(0.1, 0),
  ArrowUp: () => keysOf().move(0, -0.1),
  ArrowDown: () => keysOf().move(0, 0.1),
};

function onKey(event) {
  const typing = ['INPUT', 'SELECT'].includes(event.target.tagName);
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing && event.key === 'Escape') event.target.blur();
  if (typing && event.key !== 'Escape') return;
  const moves = event.key.startsWith('Arrow') || '+=-0'.includes(event.key);
  if (moves && (state.view === 'table' || !keysOf())) return;
  const action = KEYS[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function listen() {
  for (const id of ['level', 'view', 'proto', 'machine', 'match']) {
    byId(id).addEventListener('change', () => update({ [id]: byId(id).value }));
  }
  byId('search').addEventListener('input', () => update({ query: byId('search').value }));
  byId('port').addEventListener('input', () => update({ port: byId('port').value }));
  byId('reset').addEventListener('click', () => update({
    query: '', proto: '', port: '', machine: '', match: '', node: null, flow: null }));
  byId('theme').addEventListener('click', () => update({ dark: !state.dark }));
  document.addEventListener('keydown', onKey);
  window.addEventListener('hashchange', () => {
    if (window.location.hash === written) return;
    fromFragment();
    show();
  });
}
