// Graphviz' drawing of a level: moving in it, lighting up what belongs together.

const drawn = { level: null, svg: null, nodes: [], flows: [], hovered: null };

// Lets a drawing be moved and scaled by wheel, drag and keys; gives the functions for keys.
function movable(svg, box) {
  const all = { ...box };
  const now = { ...box };
  const apply = () => svg.setAttribute('viewBox', `${now.x} ${now.y} ${now.width} ${now.height}`);
  const scale = (factor, x = now.x + now.width / 2, y = now.y + now.height / 2) => {
    const width = Math.min(Math.max(now.width * factor, all.width / 400), all.width * 4);
    const by = width / now.width;
    now.x = x - (x - now.x) * by;
    now.y = y - (y - now.y) * by;
    now.width = width;
    now.height *= by;
    apply();
  };
  const move = (x, y) => {
    now.x += x * now.width;
    now.y += y * now.height;
    apply();
  };
  const place = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(svg.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  svg.addEventListener('wheel', (event) => {
    event.preventDefault();
    scale(event.deltaY < 0 ? 1 / 1.2 : 1.2, ...place(event));
  }, { passive: false });
  let from = null;
  svg.addEventListener('pointerdown', (event) => {
    from = { at: place(event), x: event.clientX, y: event.clientY, moved: false };
  });
  svg.addEventListener('pointermove', (event) => {
    if (!from || !event.buttons) return;
    if (!from.moved && Math.hypot(event.clientX - from.x, event.clientY - from.y) < 4) return;
    if (!from.moved) svg.setPointerCapture(event.pointerId);
    from.moved = true;
    svg.classList.add('moving');
    const [x, y] = place(event);
    now.x += from.at[0] - x;
    now.y += from.at[1] - y;
    apply();
  });
  svg.addEventListener('pointerup', () => {
    svg.classList.remove('moving');
    if (from && from.moved) svg.dataset.dragged = 'yes';
    from = null;
    setTimeout(() => delete svg.dataset.dragged);
  });
  apply();
  return { scale, move, all: () => { Object.assign(now, all); apply(); } };
}

function interactive(group, label, pick, hover) {
  group.setAttribute('tabindex', '0');
  group.setAttribute('role', 'button');
  group.setAttribute('aria-label', label);
  group.addEventListener('click', (event) => {
    if (group.ownerSVGElement.dataset.dragged) return;
    event.stopPropagation();
    pick();
  });
  group.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      pick();
    }
  });
  if (!hover) return;
  for (const [start, end] of [['pointerenter', 'pointerleave'], ['focus', 'blur']]) {
    group.addEventListener(start, () => hover(true));
    group.addEventListener(end, () => hover(false));
  }
}

function flowLabel(flow) {
  const { nodes } = level();
  return `${nodes[flow.source].label} to ${nodes[flow.target].label}, ${service(flow)}`;
}

function loadPicture() {
  if (drawn.level === state.level) return;
  const svg = picture(state.level).content.querySelector('svg').cloneNode(true);
  const { x, y, width, height } = svg.viewBox.baseVal;
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  byId('picture').replaceChildren(svg);
  Object.assign(drawn, { level: state.level, svg, hovered: null });
  drawn.keys = movable(svg, { x, y, width, height });
  const { nodes, flows } = level();
  drawn.nodes = nodes.map((node) => svg.getElementById(`n${node.index + 1}`));
  // One line may stand for several flows: it has the number of the first of them.
  const lines = new Map();
  const look = (flow) => `${flow.source} ${flow.target} ${flow.match} ${flow.directed}`;
  drawn.flows = flows.map((flow) => {
    const own = svg.getElementById(`f${flow.index + 1}`);
    if (own) lines.set(look(flow), own);
    return own || lines.get(look(flow));
  });
  drawn.nodes.forEach((group, index) => group && interactive(group, nodes[index].label,
    () => choose(nodes[index]), (over) => hoverOver(over ? { node: index } : null)));
  drawn.flows.forEach((group, index) => group && group.id === `f${index + 1}` && interactive(group,
    flowLabel(flows[index]), () => chooseFlow(flows[index]), (over) => hoverOver(over ? { flow: index } : null)));
  svg.addEventListener('click', () => svg.dataset.dragged || update({ node: null, flow: null }));
}

function hoverOver(what) {
  drawn.hovered = what;
  lightUp();
}

// What stays lit: the node or flow under the pointer or chosen, with what it touches.
function litPart() {
  const focus = drawn.hovered || { node: state.node, flow: state.flow };
  const { nodes, flows } = level();
  if (focus.flow !== null && focus.flow !== undefined) {
    const flow = flows[focus.flow];
    return { nodes: new Set([flow.source, flow.target]), flows: new Set([focus.flow]) };
  }
  if (focus.node === null || focus.node === undefined) return null;
  const touching = [...nodes[focus.node].called, ...nodes[focus.node].callers];
  return {
    nodes: new Set([focus.node, ...touching.flatMap((flow) => [flow.source, flow.target])]),
    flows: new Set(touching.map((flow) => flow.index)),
  };
}

function lightUp() {
  const lit = litPart();
  const { nodes, flows } = level();
  const kept = new Set();
  const shown = new Set();
  const litLines = new Set();
  flows.forEach((flow, index) => {
    const keep = !filtered() || wanted(flow);
    if (keep) kept.add(flow.source).add(flow.target);
    if (keep && (!lit || lit.flows.has(index))) shown.add(drawn.flows[index]);
    if (lit && lit.flows.has(index)) litLines.add(drawn.flows[index]);
  });
  for (const line of new Set(drawn.flows)) {
    if (!line) continue;
    line.classList.toggle('dim', !shown.has(line));
    line.classList.toggle('lit', litLines.has(line));
    line.classList.toggle('chosen', state.flow !== null && drawn.flows[state.flow] === line);
  }
  nodes.forEach((node, index) => {
    const group = drawn.nodes[index];
    if (!group) return;
    const keep = !filtered() || kept.has(index) || (!state.proto && !state.port && !state.match && found(node));
    group.classList.toggle('dim', !keep || Boolean(lit && !lit.nodes.has(index)));
    group.classList.toggle('chosen', state.node === index);
  });
}

function showPicture() {
  loadPicture();
  lightUp();
}
