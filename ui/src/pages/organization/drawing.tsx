/** The connections as a picture: accounts on a circle, one arrow per feature and direction. Whoever cannot see it reads the table. */
import { BaseEdge, type Edge as FlowEdge, EdgeLabelRenderer, type EdgeProps, type Node as FlowNode, type NodeProps, Position, Handle, ReactFlow, useInternalNode, useReactFlow, useStore } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { IconSnowflake } from '@tabler/icons-react';
import { useMediaQuery } from '@mantine/hooks';
import { useEffect, useMemo } from 'react';
import type { Member, Organization } from '../../api/types';
import { AccountMark } from '../../components/account-mark';
import { maybeT, useT } from '../../i18n';
import { type Arrow, circle, frozenOf, lane } from './edges';

export const FEATURE_COLORS: Record<string, string> = { mirroring: 'spruce', asset_copying: 'violet', workflows: 'orange', reports: 'blue' };
const colorOf = (feature: string) => `light-dark(var(--mantine-color-${FEATURE_COLORS[feature] ?? 'gray'}-6), var(--mantine-color-${FEATURE_COLORS[feature] ?? 'gray'}-4))`;

const WIDTH = 148;
const HEIGHT = 56;
const STEP = 17;
const RADIUS = [0, 0, 150, 165, 195, 225];

type AccountNode = FlowNode<{ id: string; name: string; frozen: boolean; chosen: boolean }, 'account'>;
type ArrowEdge = FlowEdge<{ arrow: Arrow; at: number; of: number; pending: boolean; faint: boolean }, 'arrow'>;

function AccountBox({ data }: NodeProps<AccountNode>) {
  return (
    <div className="org-node" data-chosen={data.chosen || undefined} data-frozen={data.frozen || undefined} style={{ width: WIDTH, height: HEIGHT }}>
      <AccountMark id={data.id} name={data.name} size={30} />
      <span className="org-name">{data.name}</span>
      {data.frozen && <IconSnowflake size={16} className="org-frost" />}
      <Handle type="source" position={Position.Top} isConnectable={false} style={{ visibility: 'hidden' }} />
      <Handle type="target" position={Position.Top} isConnectable={false} style={{ visibility: 'hidden' }} />
    </div>
  );
}

function ArrowLine({ id, source, target, data }: EdgeProps<ArrowEdge>) {
  const from = useInternalNode(source);
  const to = useInternalNode(target);
  if (!from || !to || !data) return null;
  const middleOf = (node: typeof from) => ({ x: node.internals.positionAbsolute.x + WIDTH / 2, y: node.internals.positionAbsolute.y + HEIGHT / 2 });
  const line = lane(middleOf(from), middleOf(to), data.at, data.of, WIDTH, HEIGHT, STEP);
  const blocked = data.arrow.state === 'blocked';
  const { frozen } = data.arrow;
  const color = blocked ? 'var(--mantine-color-gray-5)' : colorOf(data.arrow.feature);
  const head = `head-${id.replaceAll('|', '-')}`;
  return (
    <>
      <defs>
        <marker id={head} viewBox="0 0 10 10" refX="8" refY="5" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 1 L9 5 L0 9 z" style={{ fill: color }} /></marker>
      </defs>
      <BaseEdge
        id={id}
        path={`M ${line.from.x} ${line.from.y} L ${line.to.x} ${line.to.y}`}
        markerEnd={`url(#${head})`}
        style={{ stroke: color, strokeWidth: data.pending ? 3 : 2, strokeDasharray: blocked ? '3 5' : frozen ? '1 6' : undefined, strokeLinecap: frozen ? 'round' : undefined, opacity: data.faint ? 0.25 : frozen ? 0.7 : 1 }}
      />
      {blocked && <EdgeLabelRenderer><span className="org-blocked" style={{ transform: `translate(-50%, -50%) translate(${line.middle.x}px, ${line.middle.y}px)` }}>{maybeT(`org.blockedShort.${data.arrow.reason ?? ''}`) ?? maybeT('org.legend.blocked')}</span></EdgeLabelRenderer>}
    </>
  );
}

const nodeTypes = { account: AccountBox };
const edgeTypes = { arrow: ArrowLine };

/** Those that are drawn, the most connected first. */
function drawn(all: Member[], arrows: Arrow[], chosen: string | undefined, most: number): Member[] {
  if (all.length <= most) return all;
  const weight = new Map<string, number>();
  for (const arrow of arrows) {
    if (arrow.state !== 'on' || (chosen && arrow.source !== chosen && arrow.destination !== chosen)) continue;
    for (const end of [arrow.source, arrow.destination]) weight.set(end, (weight.get(end) ?? 0) + 1);
  }
  if (chosen) weight.set(chosen, Number.MAX_SAFE_INTEGER);
  const of = (member: Member) => weight.get(String(member.accountId)) ?? 0;
  const connected = all.filter((member) => of(member) > 0).sort((a, b) => of(b) - of(a)).slice(0, most);
  return connected.length > 0 ? connected : all.slice(0, most);
}

interface Props { organization: Organization; arrows: Arrow[]; features: string[]; chosen?: string; pending?: ReadonlySet<string>; height?: number }

/** More than this on a circle is a ball of wool: then the chosen account is drawn with those it is connected to, or the most connected ones. */
const DRAWN = { wide: 12, narrow: 6 };
/** On a phone: as high as wide, so that the names can be read. */
const NARROW = '(max-width: 48em)';
const FIT = { padding: 0.14, maxZoom: 1.15 };
const NARROW_RADIUS = [0, 0, 105, 130, 130, 170, 170];

/** Fits again when the window gets another size, or a phone is turned. */
function Refit() {
  const { fitView } = useReactFlow();
  const width = useStore((flow) => flow.width);
  useEffect(() => void fitView(FIT), [width, fitView]);
  return null;
}

export function Drawing({ organization, arrows, features, chosen, pending, height }: Props) {
  const t = useT();
  const all = organization.members;
  const frozen = useMemo(() => frozenOf(organization), [organization]);
  const narrow = useMediaQuery(NARROW, false, { getInitialValueInEffect: false });
  const members = useMemo(() => drawn(all, arrows, chosen, narrow ? DRAWN.narrow : DRAWN.wide), [all, arrows, chosen, narrow]);
  const nodes = useMemo<AccountNode[]>(() => {
    const n = members.length;
    const places = narrow ? circle(n, NARROW_RADIUS[n] ?? 170, n === 2 ? 1 : 0.8) : circle(n, RADIUS[n] ?? 240);
    return members.map((member, i) => ({
      id: String(member.accountId), type: 'account', position: { x: places[i]!.x - WIDTH / 2, y: places[i]!.y - HEIGHT / 2 }, width: WIDTH, height: HEIGHT, draggable: false, selectable: false,
      data: { id: String(member.accountId), name: member.name, frozen: frozen.has(String(member.accountId)), chosen: String(member.accountId) === chosen },
    }));
  }, [members, frozen, chosen, narrow]);
  const edges = useMemo<ArrowEdge[]>(() => {
    const here = new Set(members.map((member) => String(member.accountId)));
    // Of many, what is blocked is said where it matters; drawn, it would hide the rest.
    const few = members.length === all.length;
    const drawn = arrows.filter((arrow) => here.has(arrow.source) && here.has(arrow.destination) && (arrow.state === 'on' || (few && arrow.state === 'blocked')));
    const pairOf = (arrow: Arrow) => [arrow.source, arrow.destination].sort().join('|');
    const lanes = new Map<string, Arrow[]>();
    for (const feature of features) for (const arrow of drawn.filter((one) => one.feature === feature).sort((a, b) => a.source.localeCompare(b.source))) lanes.set(pairOf(arrow), [...(lanes.get(pairOf(arrow)) ?? []), arrow]);
    return [...lanes.values()].flatMap((pair) => pair.map((arrow, at): ArrowEdge => {
      const id = `${arrow.feature}|${arrow.source}|${arrow.destination}`;
      const touches = !chosen || arrow.source === chosen || arrow.destination === chosen;
      return { id, source: arrow.source, target: arrow.destination, type: 'arrow', selectable: false, focusable: false, data: { arrow, at, of: pair.length, pending: pending?.has(id) ?? false, faint: !touches } };
    }));
  }, [all, members, arrows, features, chosen, pending]);
  const used = features.filter((feature) => edges.some((edge) => edge.data?.arrow.feature === feature && edge.data.arrow.state === 'on'));
  const isFrozen = edges.some((edge) => edge.data?.arrow.state === 'on' && edge.data.arrow.frozen);
  const blocked = edges.some((edge) => edge.data?.arrow.state === 'blocked');
  return (
    <div>
      <div className="flow" aria-hidden="true" style={height ? { height } : undefined}>
        <ReactFlow
          key={`${narrow}${members.map((member) => member.accountId).join()}`}
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          edgeTypes={edgeTypes}
          fitView
          minZoom={0.2}
          fitViewOptions={FIT}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          panOnDrag={false}
          zoomOnScroll={false}
          zoomOnPinch={false}
          zoomOnDoubleClick={false}
          preventScrolling={false}
          disableKeyboardA11y
          proOptions={{ hideAttribution: true }}
        >
          <Refit />
        </ReactFlow>
      </div>
      <ul className="org-legend" aria-hidden="true">
        {used.map((feature) => <li key={feature}><span style={{ background: colorOf(feature) }} />{maybeT(`org.feature.${feature}`) ?? feature}</li>)}
        {isFrozen && <li><IconSnowflake size={14} className="org-frost" />{t('org.legend.frozen')}</li>}
        {blocked && <li><span data-dashed />{t('org.legend.blocked')}</li>}
        {edges.length === 0 && <li>{t('org.legend.none')}</li>}
      </ul>
      {members.length < all.length && <p className="org-rest" aria-hidden="true">{t('conf.drawingMore', { count: all.length - members.length })}</p>}
    </div>
  );
}
