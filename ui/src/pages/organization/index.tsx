import { Alert, Badge, Button, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconAlertTriangle, IconArrowsExchange2, IconCalendarDue, IconDots, IconFileCode, IconInfoCircle, IconLock, IconPlus, IconSitemap, IconSnowflake, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { call } from '../../api/client';
import { organizationQuery } from '../../api/queries';
import type { Organization } from '../../api/types';
import { Empty, Loading, PageHeader, Problem } from '../../components/states';
import { maybeT, useLanguage, useT } from '../../i18n';
import { isAdmin, maySeeOrganization, useHere } from '../../lib/account';
import { moment } from '../../lib/format';
import { AddAccounts } from './add';
import { ApprovalBanner } from './approvals';
import { Configure } from './configure';
import { ConnectionsTable } from './connections';
import { CreateOrganization, CreatedDialog } from './create';
import { DeleteOrganization } from './delete';
import { Drawing } from './drawing';
import { arrowsOf, featuresOf } from './edges';
import { Acknowledgements, Ends, FormerMembers, FormerOrganizations, FrozenMembers } from './life';
import { FileDialog } from './file';
import { OrganizationLog } from './log';
import { Members } from './members';
import { OrganizationNav } from './nav';
import { Offers, ReceivedOffers } from './offers';
import type { Policy } from './policy';
import '../settings/settings.css';

export { PoliciesPage } from './policies';
export { ApprovalsPage } from './approvals';
export { PeoplePage } from './people';
export { RolesPage } from './roles';

export function OrganizationPage() {
  const t = useT();
  const { account } = useHere();
  // To everybody else the organization is invisible; saying there is none would be another thing.
  const maySee = maySeeOrganization(account);
  const organization = useQuery({ ...organizationQuery(account.id), enabled: maySee });
  const [mode, setMode] = useState<'look' | 'create' | 'configure'>('look');
  const [created, setCreated] = useState<Organization | null>(null);
  useEffect(() => { document.title = `${t('org.title')} · ${account.name}`; }, [t, account.name]);

  const found = organization.data;
  const name = found?.name ?? t('org.title');
  return (
    <div className="page" style={{ maxWidth: 1360, margin: 0 }}>
      {!maySee && <><PageHeader title={t('org.title')} /><section className="card"><Empty icon={<IconLock size={22} />} title={t('error.forbiddenTitle')} text={t('error.forbiddenText')} /></section></>}
      {maySee && organization.isPending && <><PageHeader title={t('org.title')} /><section className="card"><Loading /></section></>}
      {organization.isError && !found && <><PageHeader title={t('org.title')} /><section className="card"><Problem problem={organization.error} retry={() => void organization.refetch()} /></section></>}
      {organization.isSuccess && !found && mode !== 'create' && (
        <>
          <PageHeader title={t('org.title')} />
          <ReceivedOffers />
          <section className="card">
            <Empty icon={<IconSitemap size={24} />} title={t('org.noneTitle')} text={`${t('org.pitch')}${isAdmin(account) ? '' : ` ${t('org.noneText')}`}`}>
              {isAdmin(account) && <Button leftSection={<IconPlus size={16} />} onClick={() => setMode('create')}>{t('org.create')}</Button>}
            </Empty>
          </section>
          <FormerOrganizations />
        </>
      )}
      {organization.isSuccess && !found && mode === 'create' && <CreateOrganization cancel={() => setMode('look')} done={(made) => { setMode('look'); setCreated(made); }} />}
      {found && mode === 'configure' && <Configure organization={found} close={() => setMode('look')} />}
      {found && mode !== 'configure' && <Overview organization={found} name={name} configure={() => setMode('configure')} />}
      {created && <CreatedDialog organization={created} later={() => setCreated(null)} now={() => { setCreated(null); setMode('configure'); }} />}
    </div>
  );
}

/** Nobody speaks for all accounts. Without roles nothing can be done; with them everybody goes on with what is hers. */
function Unmanageable({ organization }: { organization: Organization }) {
  const t = useT();
  const { account } = useHere();
  if (!organization.hasRoles) return <Alert color="red" icon={<IconAlertTriangle size={18} />} title={t('org.unmanageableTitle')}>{t('org.unmanageable')}</Alert>;
  return (
    <Alert color="orange" className="notice" icon={<IconInfoCircle size={18} />} title={t('org.nobodyForAllTitle')}>
      <Text size="sm">{t('org.nobodyForAll')}</Text>
      <Text size="sm" mt={6}>{t('org.nobodyForAll.how', { role: t('org.role.organization_admin') })}</Text>
      <Button mt="sm" size="xs" variant="default" component={Link} to="/a/$account/organization/roles" params={{ account: String(account.id) } as never}>{t('org.roles.grant')}</Button>
    </Alert>
  );
}

const STATE_TONES: Record<string, string> = { active: 'spruce', grace: 'blue', deleted: 'red' };

function Overview({ organization, name, configure }: { organization: Organization; name: string; configure: () => void }) {
  const t = useT();
  const language = useLanguage();
  const [adding, add] = useDisclosure(false);
  const [deleting, remove] = useDisclosure(false);
  const [asFile, file] = useDisclosure(false);
  const arrows = useMemo(() => arrowsOf(organization), [organization]);
  const features = useMemo(() => featuresOf(organization), [organization]);
  // Drawn once for as long as the organization is the same: a dialog that opens must not wait for a thousand pairs.
  const connections = useMemo(() => (
    <div className="org-two">
      <Drawing organization={organization} arrows={[...arrows.values()]} features={features} />
      <ConnectionsTable organization={organization} arrows={arrows} features={features} />
    </div>
  ), [organization, arrows, features]);
  const nDue = [...arrows.values()].filter((arrow) => arrow.state === 'on' && arrow.reviewDue).length;
  const state = organization.state.toLowerCase();
  const unconfigured = state === 'active_unconfigured' || state === 'unconfigured';
  const { canManage, canEditConnections } = organization;
  const { account } = useHere();
  const policy = useQuery({ queryKey: ['a', account.id, 'organization', 'policy', organization.id], queryFn: () => call<Policy>(`/organizations/v1/${organization.id}/policy`, { account: account.id }) });
  const invites = policy.data?.fields.some((field) => field.name === 'foreign_admins' && field.value === true) ?? false;
  return (
    <>
      <OrganizationNav />
      <Group justify="space-between" align="center" mb="md" gap="sm">
        <Group gap="sm">
          <Title order={1}>{name}</Title>
          <Badge color={STATE_TONES[state] ?? 'orange'} size="lg">{maybeT(`org.state.${state}`) ?? organization.state}</Badge>
        </Group>
        <Group gap="xs">
          {canEditConnections && <Button leftSection={<IconArrowsExchange2 size={16} />} onClick={configure}>{t('org.configure')}</Button>}
          {canManage && (
            <Menu position="bottom-end">
              <Menu.Target><Button variant="default" px="xs" aria-label={t('act.more')}><IconDots size={18} aria-hidden="true" /></Button></Menu.Target>
              <Menu.Dropdown>
                <Menu.Item leftSection={<IconPlus size={16} />} onClick={add.open}>{t('org.addAccounts')}</Menu.Item>
                <Menu.Item leftSection={<IconFileCode size={16} />} onClick={file.open}>{t('file.menu')}</Menu.Item>
                <Menu.Divider />
                <Menu.Item color="red" leftSection={<IconTrash size={16} />} onClick={remove.open}>{t('org.delete')}</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </Group>
      </Group>
      <Stack gap="md">
        <ApprovalBanner organization={organization} />
        {organization.unmanageable && <Unmanageable organization={organization} />}
        {(state === 'grace' || state === 'frozen') && <Alert color="blue" icon={<IconSnowflake size={18} />} title={t('org.state.grace')}>{organization.graceUntil ? t('org.graceText', { date: moment(organization.graceUntil, language) }) : t('org.frozenText')}</Alert>}
        <FrozenMembers organization={organization} />
        {organization.nMembers === 1 && <Alert color="orange" className="notice" icon={<IconAlertTriangle size={18} />} title={t('org.oneLeftTitle')}>{t('org.oneLeftText')}</Alert>}
        {!canEditConnections && !organization.unmanageable && <Alert color="gray" icon={<IconInfoCircle size={18} />}>{t(organization.hasRoles ? 'org.viewOnlyRoles' : 'org.viewOnly')}</Alert>}
        {unconfigured && canEditConnections && organization.nMembers > 1 && (
          <Alert color="orange" className="notice" icon={<IconInfoCircle size={18} />} title={t('org.unconfiguredTitle')}>
            <Text size="sm">{t('org.unconfiguredText')}</Text>
            <Button mt="sm" size="xs" onClick={configure}>{t('org.create.now')}</Button>
          </Alert>
        )}
        {nDue > 0 && <Alert color="orange" className="notice" icon={<IconCalendarDue size={18} />} title={t('org.reviewDue')}>{t('org.reviewDueText', { count: nDue })}</Alert>}
        <section className="card" style={{ padding: 16 }} aria-labelledby="org-connections">
          <Title order={2} id="org-connections" mb="sm">{t('org.connections')}</Title>
          {connections}
        </section>
        <Ends organization={organization} />
        <Members organization={organization} add={add.open} />
        <Offers organization={organization} allowed={invites} />
        <FormerMembers organization={organization} />
        <Acknowledgements organization={organization} />
        {organization.canReadLog !== false && <OrganizationLog organization={organization} />}
      </Stack>
      {adding && <AddAccounts organization={organization} close={add.close} />}
      {asFile && <FileDialog organization={organization} close={file.close} />}
      {deleting && <DeleteOrganization organization={organization} close={remove.close} />}
    </>
  );
}
