// All flows as a table that can be sorted and searched; rows are added as they are asked for.

const PAGE = 200;
const table = { by: 'connections', down: true, rows: PAGE };

const COLUMNS = [
  ['source', 'Client', (flow, nodes) => nodes[flow.source].label],
  ['sourceMachine', 'on', (flow, nodes) => machineName(nodes[flow.source])],
  ['target', 'Server', (flow, nodes) => nodes[flow.target].label],
  ['targetMachine', 'on', (flow, nodes) => machineName(nodes[flow.target])],
  ['service', 'Port', (flow) => service(flow)],
  ['connections', 'Connections', (flow) => flow.connections],
  ['match', 'How sure', (flow) => content.sure[flow.match]],
];

function sorted(flows) {
  const { nodes } = level();
  const value = COLUMNS.find(([key]) => key === table.by)[2];
  const keyed = flows.map((flow) => [value(flow, nodes), flow]);
  keyed.sort(([a, one], [b, other]) => {
    const order = typeof a === 'number' ? a - b : String(a).localeCompare(String(b), 'en', { numeric: true });
    return (table.down ? -order : order) || one.index - other.index;
  });
  return keyed.map(([, flow]) => flow);
}

function headings() {
  return make('tr', {}, ...COLUMNS.map(([key, name]) => make('th', {
    scope: 'col', class: key === 'connections' ? 'number' : null,
    'aria-sort': table.by === key ? (table.down ? 'descending' : 'ascending') : null,
  }, make('button', {
    type: 'button',
    onclick: () => {
      table.down = table.by === key ? !table.down : key === 'connections';
      table.by = key;
      show();
    },
  }, name + (table.by === key ? (table.down ? ' ↓' : ' ↑') : '')))));
}

function row(flow) {
  const { nodes } = level();
  const cells = COLUMNS.map(([key, , value]) => {
    const text = value(flow, nodes);
    if (key === 'source' || key === 'target') {
      return make('td', {}, link(text || '(no name)', (event) => {
        event.stopPropagation();
        choose(nodes[flow[key]]);
      }));
    }
    return key === 'connections' ? make('td', { class: 'number' }, text.toLocaleString('en')) : make('td', {}, text);
  });
  const pick = () => chooseFlow(flow);
  return make('tr', {
    tabindex: 0, class: state.flow === flow.index ? 'chosen' : null, onclick: pick,
    onkeydown: (event) => event.key === 'Enter' && event.target.tagName === 'TR' && pick(),
  }, ...cells);
}

// Nodes that match the search but have no flow are listed too: else they could not be found.
function lonely() {
  if (!state.query.trim()) return [];
  return level().nodes.filter((node) => !node.called.length && !node.callers.length && found(node)).slice(0, 100);
}

function showTable() {
  const flows = sorted(level().flows.filter((flow) => !filtered() || wanted(flow)));
  const parts = [make('table', {}, make('thead', {}, headings()),
    make('tbody', {}, ...flows.slice(0, table.rows).map(row)))];
  if (flows.length > table.rows) {
    parts.push(make('p', {}, link(`Show more of ${counted(flows.length, 'flow')}`, () => {
      table.rows += PAGE * 5;
      show();
    })));
  }
  const alone = lonely();
  if (alone.length) {
    parts.push(make('h3', {}, 'Without a flow'), bullets(alone.map((node) => (
      link(`${node.label} on ${machineName(node)}`, () => choose(node))))));
  }
  const undrawn = content.undrawn[state.level];
  if (undrawn) parts.unshift(make('p', { class: 'undrawn', role: 'note' }, `No picture of this level: ${undrawn}.`));
  byId('table').replaceChildren(...parts);
  return flows.length ? '' : 'No flow matches.';
}
