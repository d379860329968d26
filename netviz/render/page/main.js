// Every change goes through ``update``: the state, then all that shows it.

let written = '';

function update(change) {
  const before = state.level;
  const chosen = state.node === null ? null : level().nodes[state.node];
  Object.assign(state, change);
  if (state.level !== before) {
    // The same process is another node at another level: nothing stays chosen but what has its name.
    const same = chosen && level().nodes.filter((node) => node.machine === chosen.machine && node.label === chosen.label);
    state.node = same && same.length === 1 ? same[0].index : null;
    state.flow = null;
    if (state.view === 'picture' && !picture(state.level)) state.view = 'table';
    if (state.view === 'table' && !change.view && picture(state.level) && !picture(before)) state.view = 'picture';
  }
  table.rows = PAGE;
  written = toFragment();
  window.history.replaceState(null, '', written);
  show();
}

function choose(node) {
  update({ node: node.index, flow: null });
}

function chooseFlow(flow) {
  update({ flow: flow.index });
}

function show() {
  showControls();
  for (const view of ['picture', 'around', 'table']) byId(view).hidden = view !== state.view;
  let said = '';
  if (state.view === 'picture') showPicture();
  else if (state.view === 'around') said = showAround();
  else said = showTable();
  byId('nothing').textContent = said;
  byId('nothing').hidden = !said;
  showPanel();
}

state.dark = window.matchMedia('(prefers-color-scheme: dark)').matches;
fromFragment();
listen();
show();
document.documentElement.dataset.ready = 'yes';
