import { PageHeader } from '../../components/states';
import { useT } from '../../i18n';

export function OrganizationPage() {
  const t = useT();
  return <div className="page"><PageHeader title={t('organization.title')} /></div>;
}
