// The side panel: everything known of the node or flow that was chosen, else of the whole group.

function link(text, action) {
  return make('button', { type: 'button', class: 'link', onclick: action }, text);
}

function facts(pairs) {
  const list = make('dl');
  for (const [name, value] of pairs) {
    if (value === null || value === undefined || value === '') continue;
    list.append(make('dt', {}, name), make('dd', {}, value));
  }
  return list;
}

function bullets(items, most = 200) {
  const list = make('ul', {}, ...items.slice(0, most).map((item) => make('li', {}, item)));
  if (items.length > most) list.append(make('li', {}, `and ${items.length - most} more`));
  return list;
}

function when(seconds) {
  return new Date(seconds * 1000).toISOString().replace('T', ' ').replace(/\.\d+Z/, ' UTC');
}

function flowsOf(flows, end, heading) {
  if (!flows.length) return [];
  const items = [...flows].sort((a, b) => b.connections - a.connections).map((flow) => {
    const other = level().nodes[flow[end]];
    return make('span', {}, link(`${other.label} on ${machineName(other)}`, () => choose(other)), ' ',
      link(`${service(flow)} x${flow.connections}`, () => chooseFlow(flow)));
  });
  return [make('h3', {}, `${heading} (${flows.length})`), bullets(items)];
}

const OWNERS = { none: 'no process holds these sockets', unseen: 'the capture could not see who holds them',
  outside: 'outside of the group' };

function nodePanel(node) {
  const badges = [];
  if (node.uid === 0) badges.push(make('span', { class: 'badge' }, 'root'), ' ');
  if (/(^|[:(])unconfined/.test(node.security || '')) {
    badges.push(make('span', { class: 'badge unconfined' }, 'unconfined'));
  }
  const machine = machines.get(node.machine);
  return [
    make('h2', {}, node.label || '(no name)'),
    make('p', {}, ...badges),
    facts([
      ['machine', machineName(node)], ['name', node.name], ['holder', OWNERS[node.owner]],
      ['processes', node.pids.length ? node.pids.length : null],
      ['pids', node.pids.slice(0, 40).join(', ') + (node.pids.length > 40 ? ', …' : '')],
      ['uid', node.uid], ['security', node.security], ['unit', node.unit], ['container', node.container],
      ['namespace', node.netns],
    ]),
    ...(node.listeners.length ? [make('h3', {}, 'Listens on'), bullets(node.listeners.map((one) => (
      one.port === null ? `${one.proto} ${one.address}` : `${portText(one.proto, one.port)} on ${one.address}`)))] : []),
    ...flowsOf(node.callers, 'source', 'Called by'),
    ...flowsOf(node.called, 'target', 'Calls'),
    ...(machine && machine.problems.length
      ? [make('h3', { class: 'warn' }, 'Not seen on this machine'), bullets(machine.problems)] : []),
    make('p', {}, link('Show its neighbourhood', () => update({ view: 'around' }))),
  ];
}

// Where machines were captured several times.
function seen(told) {
  if (!told) return [];
  return [
    ['seen in', `${told.snapshots.toLocaleString('en')} of ${told.of.toLocaleString('en')} snapshots`],
    ['first seen', told.first === null ? null : when(told.first)],
    ['last seen', told.last === null ? null : when(told.last)],
  ];
}

function flowPanel(flow) {
  const { nodes } = level();
  const source = nodes[flow.source];
  const target = nodes[flow.target];
  return [
    make('h2', {}, service(flow)),
    facts([
      [flow.directed ? 'client' : 'one end', link(`${source.label} on ${machineName(source)}`, () => choose(source))],
      [flow.directed ? 'server' : 'other end', link(`${target.label} on ${machineName(target)}`, () => choose(target))],
      ['connections', flow.connections.toLocaleString('en')],
      ['evidence', Object.entries(flow.matches).map(([kind, count]) => `${count} ${content.sure[kind]}`).join(', ')],
      ['direction', flow.directed ? null : 'which end is the client is unknown'],
      ['translated by', (flow.via || []).map((id) => (machines.get(id) || { name: id }).name).join(', ')],
      ['client dialled', flow.dialled ? endpoint(...flow.dialled) : null],
      ['path', flow.path],
      ...seen(flow.seen),
    ]),
    ...(flow.samples.length ? [make('h3', {}, 'Connections, the first of them'),
      bullets(flow.samples.map(([a, p, b, q]) => `${endpoint(a, p)} ${flow.directed ? '→' : '—'} ${endpoint(b, q)}`))]
      : []),
  ];
}

const COUNTS = [
  ['sockets', 'sockets'], ['joined', 'joined'], ['listening', 'listening'], ['unconnected', 'unconnected'],
  ['recent', 'closed'], ['attempt', 'not answered yet'], ['external', 'to the outside'],
  ['ambiguous', 'ambiguous'], ['unmatched', 'unmatched'], ['unowned', 'without a process'],
];

function groupPanel() {
  const { coverage } = content;
  const partly = content.machines.filter((machine) => machine.problems.length);
  return [
    make('h2', {}, 'The whole group'),
    facts([...COUNTS.map(([key, name]) => [name, coverage[key].toLocaleString('en')])]),
    ...(Object.keys(coverage.reasons).length ? [make('h3', {}, 'Why unmatched'),
      facts(Object.entries(coverage.reasons).sort(([, a], [, b]) => b - a)
        .map(([reason, count]) => [reason, count.toLocaleString('en')]))] : []),
    ...content.apart.map((text) => make('p', { class: 'warn' }, text)),
    ...(partly.length ? [make('h3', { class: 'warn' }, 'Not everything was seen'),
      bullets(partly.map((machine) => `${machine.name}: ${machine.problems.join('; ')}`))] : []),
    ...(coverage.missing.length ? [make('h3', {}, 'Most called, and not captured'),
      bullets(coverage.missing.map((one) => (
        `${one.proto} ${endpoint(one.address, one.port)}: ${counted(one.sockets, 'socket')}`)), 20)] : []),
    make('h3', {}, `Machines (${content.machines.length})`),
    bullets(content.machines.map((machine) => make('span', {},
      link(machine.name, () => update({ machine: machine.id })),
      machine.captured ? ` ${when(machine.captured[0])}` : '')), 600),
    make('h3', {}, 'Keys'),
    facts([['/', 'search'], ['Esc', 'nothing chosen'], ['+ − 0', 'larger, smaller, all of it'],
      ['arrows', 'move'], ['p n t', 'picture, neighbourhood, table'], ['Tab, Enter', 'walk and choose']]),
  ];
}

function showPanel() {
  const { nodes, flows } = level();
  let parts;
  if (state.flow !== null) parts = flowPanel(flows[state.flow]);
  else if (state.node !== null) parts = nodePanel(nodes[state.node]);
  else parts = groupPanel();
  byId('panel').replaceChildren(...parts);
}
