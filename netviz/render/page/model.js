// What was stitched, by level, and which part of it is asked for.

const content = JSON.parse(byId('flows').textContent);
const machines = new Map(content.machines.map((machine) => [machine.id, machine]));
const levels = new Map(content.levels.map((level) => [level.name, level]));

function words(...parts) {
  return parts.filter((part) => part !== null && part !== undefined).join(' ').toLowerCase();
}

function machineName(node) {
  const machine = machines.get(node.machine);
  if (machine) return machine.name;
  return node.machine || (node.owner === 'outside' ? 'no machine of the group' : 'several machines');
}

// tcp/22 ssh: the names of well-known ports are in the page, unless only numbers were asked for.
function portText(proto, port) {
  const text = `${proto}/${port}`;
  return Object.hasOwn(content.ports, text) ? `${text} ${content.ports[text]}` : text;
}

function service(flow) {
  return flow.port === null ? `${flow.proto} ${flow.path || ''}`.trim() : portText(flow.proto, flow.port);
}

for (const level of levels.values()) {
  level.nodes.forEach((node, index) => {
    node.index = index;
    node.called = [];
    node.callers = [];
    node.words = words(node.label, node.name, machineName(node), node.unit, node.container, node.netns,
      node.security, node.uid === null ? null : `uid ${node.uid}`,
      ...node.listeners.map((one) => `${portText(one.proto, one.port)} ${one.address}`));
  });
  level.flows.forEach((flow, index) => {
    flow.index = index;
    level.nodes[flow.source].called.push(flow);
    level.nodes[flow.target].callers.push(flow);
    flow.words = words(service(flow), flow.match, content.sure[flow.match], ...(flow.via || []));
  });
}

const state = {
  level: content.opens, view: 'picture', query: '', proto: '', port: '', machine: '', match: '',
  node: null, flow: null, dark: false,
};

function level() {
  return levels.get(state.level);
}

function picture(name) {
  return document.querySelector(`template[data-level="${name}"]`);
}

// Every word of the search has to be somewhere in the flow or one of its ends.
function wanted(flow) {
  const { nodes } = level();
  const source = nodes[flow.source];
  const target = nodes[flow.target];
  if (state.proto && flow.proto !== state.proto) return false;
  if (state.port && String(flow.port) !== state.port.trim()) return false;
  if (state.match && !(state.match in flow.matches)) return false;
  if (state.machine && source.machine !== state.machine && target.machine !== state.machine) return false;
  return state.query.toLowerCase().split(/\s+/).every((word) => flow.words.includes(word)
    || source.words.includes(word) || target.words.includes(word));
}

function filtered() {
  return Boolean(state.proto || state.port || state.match || state.machine || state.query.trim());
}

function found(node) {
  if (state.machine && node.machine !== state.machine) return false;
  const query = state.query.toLowerCase().split(/\s+/);
  return query.every((word) => node.words.includes(word));
}

function nodeOfKey(key) {
  return level().nodes.find((node) => node.key === key) || null;
}
